import type { Context } from '../context.ts'
import { isObject, type SentFacts, sentFacts } from '../event/index.ts'
import type { Commit, RejectedAt, Shown } from './protocol.ts'

/** Who sees what a source commits. */
export interface Subscribers {
  /** Whether anybody looks at the moment. */
  readonly watches: boolean
  /** Whether anybody has a socket, looking or not. */
  readonly isOpen: boolean
  /** Closes the sockets of those who may no longer watch. Never throws; answers whether any is left. */
  look(): Promise<boolean>
  show(commit: Pick<Commit, 'chunks' | 'counts' | 'refused' | 'shown'> & Place): void
}

interface Place {
  seq: number
  committedAt: string
}

export const NO_SUBSCRIBERS: Subscribers = {
  watches: false,
  isOpen: false,
  look: () => Promise.resolve(false),
  show: () => undefined,
}

/** What a watcher is told of one batch, as JSON. */
export interface TailMessage extends Place {
  /** Events of the batch; more than `events` when it is a sample. */
  archived: number
  /** A sample of them, in their order. Absent when the batch was begun before anybody watched: they can be asked for. */
  events?: Shown[]
  /** Events that were not accepted, and a few of them. */
  rejected: number
  refused: (RejectedAt & SentFacts)[]
  duplicates: number
}

/** What of it a watcher wants. */
interface TailFilter {
  show: 'all' | 'accepted' | 'rejected'
  paused: boolean
}

/** What a socket remembers through hibernation. */
interface Watcher extends TailFilter {
  /** Milliseconds: when it was let in. */
  since: number
  userId: string
  sessionId: string
}

/** Of these sessions those whose person may look at the source's events at this moment. */
export type StillMay = (sessionIds: readonly string[]) => Promise<ReadonlySet<string>>

/** Says who it is that wants to watch; set by whoever has checked that they may, over anything that was sent. */
export const WATCHER_HEADER = 'X-Sluice-Watcher'

/** The part of a Durable Object's state that a tail needs. */
export type TailState = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'setWebSocketAutoResponse'>

const MOST_WATCHERS = 80
/** Sockets of one person at one source; one more closes their oldest. */
const MOST_OF_ONE = 4
/** Then the socket is closed and the page asks again, so that access is checked again. */
const LONGEST_MS = 30 * 60_000
/** Events a second that watchers are sent; what is beyond is counted only. */
const EVENTS_PER_SECOND = 50
/** Batches that may wait for the look at who still may; what is beyond is not shown. */
const MOST_WAITING = 20
/** The page asks again at once: its time is over. */
const CLOSED_OVERDUE = 4_000
/** The page does not ask again by itself: the same person has opened newer ones. */
const CLOSED_FOR_NEWER = 4_001
/** The page is loaded anew, and says why. */
const CLOSED_ENDED = 4_003

/**
 * The live tail of a source: sockets that hibernate, so that a watcher costs nothing while nothing comes, and nobody's
 * absence costs nothing at all. Nothing is stored: what has passed is in the log and the archive. Before each batch it
 * asks whether those who watch still may, so that nobody is sent an event after their access has ended, however it ended.
 */
export class Tail implements Subscribers {
  readonly #state: TailState
  readonly #ctx: Pick<Context, 'now' | 'log'>
  readonly #stillMay: StillMay
  #second = { began: 0, events: 0 }
  #waiting = 0
  #told: Promise<void> = Promise.resolve()

  constructor(state: TailState, ctx: Pick<Context, 'now' | 'log'>, stillMay: StillMay) {
    this.#state = state
    this.#ctx = ctx
    this.#stillMay = stillMay
  }

  get watches(): boolean {
    return this.#state.getWebSockets().some((socket) => !wishOf(socket).paused)
  }

  get isOpen(): boolean {
    return this.#state.getWebSockets().length > 0
  }

  /** Lets a watcher in. Whoever calls has checked that they may. */
  open(request: Request): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('This address speaks WebSocket only.\n', { status: 426, headers: { Upgrade: 'websocket' } })
    }
    const [userId, sessionId] = request.headers.get(WATCHER_HEADER)?.split(' ') ?? []
    if (!userId || !sessionId) return new Response('Nobody is signed in here.\n', { status: 403 })
    const sockets = this.#state.getWebSockets()
    const own = sockets.filter((socket) => wishOf(socket).userId === userId)
    const oldest = own.toSorted((a, b) => wishOf(a).since - wishOf(b).since)
    for (const socket of oldest.slice(0, Math.max(0, own.length - MOST_OF_ONE + 1))) {
      close(socket, CLOSED_FOR_NEWER, 'watched in newer windows')
    }
    if (sockets.length >= MOST_WATCHERS && own.length < MOST_OF_ONE) {
      return new Response(`${MOST_WATCHERS} windows watch this source already.\n`, { status: 503 })
    }
    const { 0: client, 1: server } = new WebSocketPair()
    this.#state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#state.acceptWebSocket(server)
    this.#remember(server, { show: 'all', paused: false, since: this.#ctx.now(), userId, sessionId })
    return new Response(null, { status: 101, webSocket: client })
  }

  /** A watcher says what it wants: JSON with `show` or `paused`. Anything else is ignored. */
  receive(socket: WebSocket, text: string | ArrayBuffer): void {
    const wish = typeof text === 'string' && text.length < 1_000 ? parse(text) : {}
    this.#remember(socket, { ...wishOf(socket), ...wish })
  }

  show({ seq, committedAt, chunks, counts, refused = [], shown }: Parameters<Subscribers['show']>[0]): void {
    const sockets = this.#state.getWebSockets()
    if (sockets.length === 0 || this.#waiting >= MOST_WAITING) return
    const archived = chunks.reduce((n, [, , events]) => n + events, 0)
    const message: TailMessage = {
      seq,
      committedAt,
      archived,
      ...(shown && { events: this.#portion(shown) }),
      rejected: Object.values(counts.rejected).reduce((a, b) => a + b, 0),
      refused: refused.map((one) => ({ ...one, ...sentFacts(one.text) })),
      duplicates: counts.duplicates,
    }
    this.#waiting++
    this.#told = this.#told.then(() => this.#tellAll(message)).finally(() => this.#waiting--)
  }

  async look(): Promise<boolean> {
    await this.#allowed()
    return this.isOpen
  }

  /** One batch after the other, so that they come in order. */
  async #tellAll(message: TailMessage): Promise<void> {
    const allowed = await this.#allowed()
    // Whoever cannot be asked about gets a number: the page then asks for the events, at a door that is guarded.
    const { events: _, ...bare } = message
    const text = (show: TailFilter['show']) => JSON.stringify(allowed ? only(message, show) : { ...bare, refused: [] })
    for (const socket of this.#state.getWebSockets()) {
      const { show, paused, sessionId } = wishOf(socket)
      if (paused || this.#isOverdue(socket) || allowed?.has(sessionId) === false) continue
      try {
        socket.send(text(show))
      } catch {
        // It has gone; that is all there is to know.
      }
    }
  }

  #isOverdue(socket: WebSocket): boolean {
    return this.#ctx.now() - wishOf(socket).since > LONGEST_MS
  }

  /** The sessions that may watch; the others' sockets are closed. `undefined`: it could not be found out. */
  async #allowed(): Promise<ReadonlySet<string> | undefined> {
    const sockets = this.#state.getWebSockets()
    for (const socket of sockets) {
      if (this.#isOverdue(socket)) close(socket, CLOSED_OVERDUE, 'overdue')
    }
    try {
      const allowed = await this.#stillMay([...new Set(sockets.map((socket) => wishOf(socket).sessionId))])
      for (const socket of sockets) {
        if (!allowed.has(wishOf(socket).sessionId)) close(socket, CLOSED_ENDED, 'access has ended')
      }
      return allowed
    } catch (error) {
      this.#ctx.log('warn', 'watchers not looked at', { error: String(error) })
      return undefined
    }
  }

  #portion(shown: readonly Shown[]): Shown[] {
    const now = this.#ctx.now()
    if (now - this.#second.began >= 1_000) this.#second = { began: now, events: 0 }
    const room = Math.max(0, EVENTS_PER_SECOND - this.#second.events)
    const step = shown.length / room
    // Spread over the batch, whatever room there is.
    const taken = shown.filter((_, at) => step <= 1 || Math.floor((at + 1) / step) > Math.floor(at / step))
    this.#second.events += taken.length
    return taken
  }

  #remember(socket: WebSocket, watcher: Watcher): void {
    socket.serializeAttachment(watcher)
  }
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason)
  } catch {
    // It has gone already.
  }
}

function only(message: TailMessage, show: TailFilter['show']): TailMessage {
  if (show === 'accepted') return { ...message, refused: [] }
  return show === 'rejected' && message.events ? { ...message, events: [] } : message
}

function wishOf(socket: WebSocket): Watcher {
  return socket.deserializeAttachment() as Watcher
}

function parse(text: string): Partial<TailFilter> {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    return {}
  }
  if (!isObject(said)) return {}
  const { show, paused } = said
  return {
    ...((show === 'all' || show === 'accepted' || show === 'rejected') && { show }),
    ...(typeof paused === 'boolean' && { paused }),
  }
}

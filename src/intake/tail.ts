import type { Context } from '../context.ts'
import { isObject, type SentFacts, sentFacts } from '../spec/index.ts'
import type { Commit, RefusedAt, Shown } from './protocol.ts'

/** Who sees what a source commits. */
export interface Audience {
  /** Whether anybody looks at the moment. */
  readonly watches: boolean
  show(commit: Pick<Commit, 'chunks' | 'counts' | 'refused' | 'shown'> & Place): void
}

interface Place {
  seq: number
  committedAt: string
}

export const NOBODY: Audience = { watches: false, show: () => undefined }

/** What a watcher is told of one batch, as JSON. */
export interface TailMessage extends Place {
  /** Events of the batch; more than `events` when it is a sample. */
  archived: number
  /** A sample of them, in their order. Absent when the batch was begun before anybody watched: they can be asked for. */
  events?: Shown[]
  /** Events that were not accepted, and a few of them. */
  rejected: number
  refused: (RefusedAt & SentFacts)[]
  duplicates: number
}

/** What of it a watcher wants. */
interface Wish {
  show: 'all' | 'accepted' | 'rejected'
  paused: boolean
}

/** What a socket remembers through hibernation. */
interface Watcher extends Wish {
  /** Milliseconds: when it was let in. */
  since: number
}

/** The part of a Durable Object's state that a tail needs. */
export type TailState = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'setWebSocketAutoResponse'>

const MOST_WATCHERS = 20
/** Then the socket is closed and the page asks again, so that access is checked again. */
const LONGEST_MS = 30 * 60_000
/** Events a second that watchers are sent; what is beyond is counted only. */
const EVENTS_PER_SECOND = 50
/** The page asks again at once: its time is over. */
const CLOSED_OVERDUE = 4_000

/**
 * The live tail of a source: sockets that hibernate, so that a watcher costs nothing while nothing comes, and nobody's
 * absence costs nothing at all. Nothing is stored: what has passed is in the log and the archive.
 */
export class Tail implements Audience {
  readonly #state: TailState
  readonly #ctx: Pick<Context, 'now'>
  #second = { began: 0, events: 0 }

  constructor(state: TailState, ctx: Pick<Context, 'now'>) {
    this.#state = state
    this.#ctx = ctx
  }

  get watches(): boolean {
    return this.#state.getWebSockets().some((socket) => !wishOf(socket).paused)
  }

  /** Lets a watcher in. Whoever calls has checked that they may. */
  open(request: Request): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('This address speaks WebSocket only.\n', { status: 426, headers: { Upgrade: 'websocket' } })
    }
    if (this.#state.getWebSockets().length >= MOST_WATCHERS) {
      return new Response(`${MOST_WATCHERS} people watch this source already.\n`, { status: 503 })
    }
    const { 0: client, 1: server } = new WebSocketPair()
    this.#state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#state.acceptWebSocket(server)
    this.#remember(server, { show: 'all', paused: false, since: this.#ctx.now() })
    return new Response(null, { status: 101, webSocket: client })
  }

  /** A watcher says what it wants: JSON with `show` or `paused`. Anything else is ignored. */
  hear(socket: WebSocket, text: string | ArrayBuffer): void {
    const wish = typeof text === 'string' && text.length < 1_000 ? parse(text) : {}
    this.#remember(socket, { ...wishOf(socket), ...wish })
  }

  show({ seq, committedAt, chunks, counts, refused = [], shown }: Parameters<Audience['show']>[0]): void {
    const sockets = this.#state.getWebSockets()
    if (sockets.length === 0) return
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
    for (const socket of sockets) this.#tell(socket, message)
  }

  #tell(socket: WebSocket, message: TailMessage): void {
    const { show, paused, since } = wishOf(socket)
    try {
      if (this.#ctx.now() - since > LONGEST_MS) socket.close(CLOSED_OVERDUE, 'overdue')
      else if (!paused) socket.send(JSON.stringify(only(message, show)))
    } catch {
      // It has gone; that is all there is to know.
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

function only(message: TailMessage, show: Wish['show']): TailMessage {
  if (show === 'accepted') return { ...message, refused: [] }
  return show === 'rejected' && message.events ? { ...message, events: [] } : message
}

function wishOf(socket: WebSocket): Watcher {
  return socket.deserializeAttachment() as Watcher
}

function parse(text: string): Partial<Wish> {
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

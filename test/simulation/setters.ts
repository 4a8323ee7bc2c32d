import { type Choices, whole } from './choices.ts'
import type { Clients } from './clients.ts'
import type { VirtualClock } from '../platform/clock.ts'
import type { Journal } from './journal.ts'

/** Programs of third parties that set objects, each of which waits for an answer before it sends the next. */
const SETTERS = 2
const RETRIES = 4
const IDS = ['r1', 'r2', 'r3', 'r4', 'r5']
export const COLLECTION = 'rooms'

/** What was set of one object, in one request. */
export interface SetObject {
  id: string
  properties: Record<string, number | boolean | null>
}

/** One request; each of its objects has a number of its own (`v`). */
export interface SetRequest {
  setter: number
  objects: SetObject[]
  /** Times that it was sent: one without an answer is sent again. */
  attempts: number
  acked: boolean
}

/** `null`: no answer came. */
type Post = (path: string, body: string) => Promise<number | null>

/** Sets objects of a collection, by `/v1/set` or as a file of lines. */
export class Setters {
  /** In the order in which they were begun. */
  readonly requests: SetRequest[] = []
  readonly #clients: Clients
  readonly #clock: VirtualClock
  readonly #choices: Choices
  readonly #journal: Journal
  readonly #post: Post
  readonly #before = Array.from({ length: SETTERS }, () => Promise.resolve())
  #made = 0

  constructor(deps: { clients: Clients; clock: VirtualClock; choices: Choices; journal: Journal }, post: Post) {
    this.#clients = deps.clients
    this.#clock = deps.clock
    this.#choices = deps.choices
    this.#journal = deps.journal
    this.#post = post
  }

  /** Some objects are to be set, when what its setter had sent before is answered or given up. */
  set(label: string): void {
    const setter = this.#choices.pick(`${label}: setter`, 0, whole(0, SETTERS - 1))
    this.#clients.underWay++
    this.#before[setter] = (this.#before[setter] ?? Promise.resolve()).then(async () => {
      await this.#send(label, setter).finally(() => this.#clients.underWay--)
    })
  }

  async #send(label: string, setter: number): Promise<void> {
    const size = this.#choices.pick(`${label}: objects`, 1, whole(1, 5))
    const objects = Array.from({ length: size }, () => this.#object(label))
    const request: SetRequest = { setter, objects, attempts: 0, acked: false }
    this.requests.push(request)
    const isFile = this.#choices.pick(`${label}: as a file`, 0, (r) => (r < 0.3 ? 1 : 0)) === 1
    const lines = objects.map((object) => JSON.stringify({ collection: COLLECTION, ...object }))
    const [path, body, good] = isFile
      ? ['/v0/upload/sync_0123456789ab-0123', lines.join('\n'), 201]
      : ['/v1/set', JSON.stringify({ collection: COLLECTION, objects }), 200]
    for (let tries = 0; tries < RETRIES && !request.acked; tries++) {
      request.attempts++
      const status = await this.#post(path, body)
      this.#journal.tell(
        `setter ${setter}`,
        `${label}: ${objects.map(({ id }) => id).join()} → ${status ?? 'no answer'}`,
      )
      request.acked = status === good
      if (request.acked) return
      await this.#clock.sleep(this.#choices.pick(`${label}: retry`, 1_000, whole(100, 10_000)))
    }
  }

  #object(label: string): SetObject {
    const pick = (what: string, most: number) => this.#choices.pick(`${label}: ${what}`, 0, whole(0, most))
    const v = ++this.#made
    const value = (what: string) => [{}, { [what]: v }, { [what]: null }][pick(what, 2)]
    const deleted = pick('deleted', 9) === 9
    const properties = { v, ...value('a'), ...value('b'), ...(deleted && { is_deleted: true }) }
    return { id: IDS[pick('id', IDS.length - 1)] ?? 'r1', properties }
  }
}

import type { VirtualClock } from '../platform/clock.ts'
import type { Choices } from './choices.ts'

export const VENDOR_URL = 'https://vendor.example.com'
/** What it is asked for: of each list what it calls one of its objects. */
export const VENDOR_LISTS = { products: 'product', prices: 'price' } as const
export type VendorList = keyof typeof VENDOR_LISTS

/** Objects and events that a page has, whatever is asked for: so few that a run comes to the next page. */
const PAGE = 4
const OLD_SECONDS = 86_400

export interface VendorObject {
  id: string
  object: string
  /** Unix seconds. */
  created: number
  /** Grows with each change of anything. */
  v: number
  /** `undefined`: it has none. */
  note?: number | undefined
}

interface Listed {
  id: string
  created: number
}

/** Holds objects and answers as Stripe is documented to: lists and events, the newest first, and 404 for what is gone. */
export class PretendVendor {
  readonly objects = new Map<string, VendorObject>()
  /** Ids of those that are gone. */
  readonly gone = new Set<string>()
  readonly #events: (Listed & { data: { object: VendorObject } })[] = []
  readonly #clock: VirtualClock
  #changes = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  make(list: VendorList): void {
    const v = ++this.#changes
    this.#put({ id: `${list}_${v}`, object: VENDOR_LISTS[list], created: this.#seconds, v, note: v })
  }

  /** From now on all that is there is so old that no run is told of it: lists alone have it. */
  age(): void {
    for (const one of [...this.objects.values(), ...this.#events]) one.created -= OLD_SECONDS
  }

  /** `note`: it has one afterwards. */
  change(id: string, note: boolean): void {
    const before = this.objects.get(id)
    if (!before) return
    const v = ++this.#changes
    this.#put({ ...before, v, note: note ? v : undefined })
  }

  remove(id: string): void {
    const object = this.objects.get(id)
    if (!object) return
    this.objects.delete(id)
    this.gone.add(id)
    this.#changes++
    this.#tell(object)
  }

  /** Of a request, as what `fetch` answers. */
  answer({ pathname, searchParams: asked }: URL, choices: Choices): Response {
    const trouble = choices.pick('vendor: answers', 0, (r) => (r < 0.04 ? 1 : r < 0.08 ? 2 : 0))
    if (trouble === 1) return answerOf(429, { error: {} }, { 'retry-after': '2' })
    if (trouble === 2) return answerOf(503, { error: { message: 'Not now.' } })
    const [, , list = '', id] = pathname.split('/')
    if (list === 'events') return listAnswer(this.#events, asked)
    const object = VENDOR_LISTS[list as VendorList]
    const own = [...this.objects.values()].filter((one) => one.object === object)
    if (id === undefined) return listAnswer(own, asked)
    const found = this.objects.get(id)
    return found ? answerOf(200, found) : answerOf(404, { error: { code: 'resource_missing', message: `No ${id}.` } })
  }

  #put(object: VendorObject): void {
    this.objects.set(object.id, object)
    this.#tell(object)
  }

  #tell(object: VendorObject): void {
    this.#events.push({ id: `evt_${this.#changes}`, created: this.#seconds, data: { object } })
  }

  get #seconds(): number {
    return Math.floor(this.#clock.now / 1_000)
  }
}

function listAnswer(all: readonly Listed[], asked: URLSearchParams): Response {
  const newest = all.toReversed()
  const after = asked.get('starting_after')
  const at = after === null ? -1 : newest.findIndex(({ id }) => id === after)
  if (after !== null && at < 0) return answerOf(400, { error: { code: 'resource_missing', message: `No ${after}.` } })
  const [from, to] = [Number(asked.get('created[gte]') ?? 0), Number(asked.get('created[lte]') ?? Infinity)]
  const left = newest.slice(at + 1).filter(({ created }) => created >= from && created <= to)
  return answerOf(200, { object: 'list', has_more: left.length > PAGE, data: left.slice(0, PAGE) })
}

/** Its body is there at once: that of a real one comes through streams, which take turns of their own. */
function answerOf(status: number, json: object, headers: Record<string, string> = {}): Response {
  const body = [new TextEncoder().encode(JSON.stringify(json))]
  return { ok: status === 200, status, headers: new Headers(headers), body } as unknown as Response
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/warehouse.md')

/** The queries of docs/warehouse.md, by the name that each has in its first line. */
export function notebookQueries(): Map<string, string> {
  const blocks = readFileSync(PAGE, 'utf8').matchAll(/^```sql\n-- (\w+)\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, name = '', sql = '']) => [name, sql]))
}

export type Answer = (string | number | null)[][]

interface Event {
  type: string
  event?: string
  messageId: string
  userId?: string | null
  anonymousId?: string | null
  timestamp: string
  receivedAt: string
  properties?: { revenue?: number }
  traits?: Record<string, unknown>
  context: { campaign?: { name?: string } }
}

const DAY = 86_400_000

/** What the queries have to answer, counted from the events themselves, one after another, without SQL. */
export function notebookAnswers(lines: Iterable<string>): Record<string, Answer> {
  const byId = new Map<string, Event>()
  for (const line of lines) {
    const event = JSON.parse(line) as Event
    if (!byId.has(event.messageId)) byId.set(event.messageId, event)
  }
  const events = [...byId.values()]
  const tracks = (name: string) => events.filter(({ type, event }) => type === 'track' && event === name)
  const pages = events.filter(({ type }) => type === 'page')
  const at = (event: Event) => Date.parse(event.timestamp)
  const month = (ms: number) => `${new Date(ms).toISOString().slice(0, 7)}-01`

  const people = new Map<string, string>()
  for (const { type, anonymousId, userId } of events) {
    if (type !== 'identify' || !anonymousId || !userId) continue
    const known = people.get(anonymousId)
    if (known === undefined || userId < known) people.set(anonymousId, userId)
  }
  const personOf = ({ userId, anonymousId }: Event) => userId ?? people.get(anonymousId ?? '') ?? anonymousId ?? ''

  return {
    identity: counted(counts([...people.values()]).values()),
    funnel: funnel(),
    retention: retention(),
    revenue: revenue(),
    sessions: sessions(),
    users: users(),
  }

  function funnel(): Answer {
    const names = ['Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed']
    const times = names.map((name) => Map.groupBy(tracks(name), personOf))
    const reached = [0, 0, 0, 0]
    for (const [person, views] of times[0] ?? []) {
      const began = Math.min(...views.map(at))
      let since = began
      for (let step = 0; step < names.length; step++) {
        const later = (times[step]?.get(person) ?? []).map(at).filter((ms) => ms >= since && ms < began + 7 * DAY)
        if (later.length === 0) break
        reached[step] = (reached[step] ?? 0) + 1
        since = Math.min(...later)
      }
    }
    return reached.map((people, step) => [step + 1, people])
  }

  function retention(): Answer {
    const months = new Map<string, Set<string>>()
    for (const order of tracks('Order Completed')) {
      const user = order.userId ?? ''
      months.set(user, (months.get(user) ?? new Set()).add(month(at(order))))
    }
    const pairs = [...months.values()].flatMap((all) => {
      const cohort = [...all].toSorted()[0] ?? ''
      return [...all].map((one) => `${cohort} ${one}`)
    })
    return [...counts(pairs)].toSorted(byFirst).map(([pair, buyers]) => [...pair.split(' '), buyers])
  }

  function revenue(): Answer {
    const sums = new Map<string, { orders: number; revenue: number }>()
    for (const order of tracks('Order Completed')) {
      const touches = pages.filter((page) => {
        const isOf = (page.userId ?? people.get(page.anonymousId ?? '')) === order.userId
        return isOf && page.context.campaign !== undefined && at(page) <= at(order) && at(page) > at(order) - 30 * DAY
      })
      const last = touches.toSorted((a, b) => at(b) - at(a))[0]
      const campaign = last?.context.campaign?.name ?? 'none'
      const sum = sums.get(campaign) ?? { orders: 0, revenue: 0 }
      sums.set(campaign, { orders: sum.orders + 1, revenue: sum.revenue + (order.properties?.revenue ?? 0) })
    }
    return [...sums]
      .toSorted(byFirst)
      .map(([name, { orders, revenue }]) => [name, orders, Math.round(revenue * 100) / 100])
  }

  function sessions(): Answer {
    const found: { month: string; pages: number }[] = []
    for (const views of Map.groupBy(pages, ({ anonymousId }) => anonymousId).values()) {
      let before = -Infinity
      for (const ms of views.map(at).toSorted((a, b) => a - b)) {
        if (ms >= before + 30 * 60_000) found.push({ month: month(ms), pages: 0 })
        const session = found.at(-1)
        if (session) session.pages++
        before = ms
      }
    }
    const months = [...Map.groupBy(found, ({ month }) => month)].toSorted(byFirst)
    return months.map(([month, list]) => [
      month,
      list.length,
      list.reduce((sum, { pages }) => sum + pages, 0),
      list.filter(({ pages }) => pages === 1).length,
    ])
  }

  function users(): Answer {
    const known = new Map<string, Record<string, unknown>>()
    const order = ({ receivedAt, timestamp, messageId }: Event) => `${receivedAt} ${timestamp} ${messageId}`
    const identifies = events.filter(({ type, userId }) => type === 'identify' && userId)
    for (const event of identifies.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
      const traits = Object.entries(event.traits ?? {}).filter(([, value]) => value !== null)
      known.set(event.userId ?? '', { ...known.get(event.userId ?? ''), ...Object.fromEntries(traits) })
    }
    const plans = Map.groupBy(known.values(), ({ plan }) => (plan as string | undefined) ?? null)
    const last = '\uffff'
    return [...plans]
      .toSorted(([a], [b]) => ((a ?? last) < (b ?? last) ? -1 : 1))
      .map(([plan, list]) => [plan, list.length, list.filter(({ newsletter }) => newsletter === true).length])
  }
}

function counts<T>(list: Iterable<T>): Map<T, number> {
  return new Map([...Map.groupBy(list, (one) => one)].map(([one, all]) => [one, all.length]))
}

/** How often each number occurs, in the order of the numbers. */
function counted(numbers: Iterable<number>): Answer {
  return [...counts(numbers)].toSorted(([a], [b]) => a - b)
}

function byFirst<T>([a]: [string, T], [b]: [string, T]): number {
  return a < b ? -1 : 1
}

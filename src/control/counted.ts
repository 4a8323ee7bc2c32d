/** What has been counted by steps of time, as the Public API asks for it and gives it: ranges, groups, series. */
import type { Context as HonoContext } from 'hono'
import { EVENT_TYPES, isoTime, parseTime } from '../event/index.ts'
import { refusal } from '../refusal.ts'
import { KEPT_MS, STEP_MS, type StepName, type StepQuery } from '../statistics/index.ts'

/** What events can be told apart by, beside time. */
export type Dimension = 'source' | 'eventType' | 'eventName' | 'discardReason'

/** So many events of one kind in one step. */
export interface StepCount {
  /** Milliseconds: when the step begins. */
  at: number
  /** Absent: what is counted does not say it. */
  of: Partial<Record<Dimension, string>>
  count: number
}

/** A group with its steps; those in which nothing came have 0. */
export interface Dataset {
  of: Partial<Record<Dimension, string>>
  total: number
  series: { time: string; count: number }[]
}

/** What can be asked for of what is counted. */
export interface CountedQuery {
  steps: StepQuery
  groupBy: Dimension[]
  /** Only these values; absent: all. */
  filters: Partial<Record<Dimension, string[]>>
}

/** By which an API of Segment's kind groups and filters, that is not counted here. */
const NOT_COUNTED = 'appVersion'

/**
 * `startTime`, `endTime`, `granularity`, `groupBy` and filters of a request; `prefix` is what filters stand in, as in
 * `filter[eventName][0]`. Throws `Refusal` 400 for what is not counted.
 */
export function countedQuery(
  c: HonoContext,
  {
    dimensions,
    filters: names,
    prefix = '',
  }: { dimensions: readonly Dimension[]; filters: readonly Dimension[]; prefix?: string },
  now: number,
): CountedQuery {
  const groupBy = listParam(c, 'groupBy').flatMap((text) => text.split(','))
  for (const one of groupBy) {
    if (one === NOT_COUNTED) throw refusal(400, 'Events are not counted by the version of an app.', 'groupBy')
    if (!(dimensions as readonly string[]).includes(one))
      throw refusal(400, `Can be grouped by ${dimensions.join(', ') || 'nothing'} here.`, 'groupBy')
  }
  const filters: CountedQuery['filters'] = {}
  for (const name of ['eventName', 'eventType', 'discardReason', NOT_COUNTED] as const) {
    const field = prefix === '' ? name : `${prefix}[${name}]`
    const values = listParam(c, field)
    if (values.length === 0) continue
    if (name === NOT_COUNTED) throw refusal(400, 'Events are not counted by the version of an app.', field)
    if (!names.includes(name)) throw refusal(400, `What this counts does not say its ${name}.`, field)
    const strange = name === 'eventType' && values.find((one) => !(EVENT_TYPES as readonly string[]).includes(one))
    if (strange) throw refusal(400, `Must be some of ${EVENT_TYPES.join(', ')}.`, field)
    filters[name] = values
  }
  return { steps: stepsParam(c, now), groupBy: [...new Set(groupBy)] as Dimension[], filters }
}

/** Values of a list in a query: `a=x`, `a[]=x` or `a[0]=x`, each any number of times. */
export function listParam(c: HonoContext, name: string): string[] {
  const all = Object.entries(c.req.queries())
  return all.flatMap(([key, values]) =>
    key === name || (key.startsWith(`${name}[`) && /^\[\d*\]$/.test(key.slice(name.length))) ? values : [],
  )
}

/** Groups of counts with their series, the largest first. */
export function datasetsOf(counts: readonly StepCount[], { steps, groupBy, filters }: CountedQuery): Dataset[] {
  const { step, from, until } = steps
  const wanted = Object.entries(filters) as [Dimension, string[]][]
  const size = Math.round((until - from) / STEP_MS[step])
  const groups = new Map<string, { of: Dataset['of']; total: number; counts: number[] }>()
  for (const { at, of, count } of counts) {
    const index = Math.floor((at - from) / STEP_MS[step])
    if (index < 0 || index >= size || count === 0) continue
    if (wanted.some(([name, values]) => !values.includes(of[name] ?? ''))) continue
    const own = Object.fromEntries(groupBy.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])))
    const key = JSON.stringify(own)
    const group = groups.get(key) ?? { of: own, total: 0, counts: Array<number>(size).fill(0) }
    groups.set(key, group)
    group.total += count
    group.counts[index] = (group.counts[index] ?? 0) + count
  }
  return [...groups.values()]
    .toSorted((a, b) => b.total - a.total)
    .map(({ of, total, counts: each }) => ({
      of,
      total,
      series: each.map((count, n) => ({ time: isoTime(from + n * STEP_MS[step]), count })),
    }))
}

/** Whole hours or days that the range touches. */
function stepsParam(c: HonoContext, now: number): StepQuery {
  const granularity = c.req.query('granularity')?.toLowerCase()
  if (granularity === 'minute') throw refusal(400, 'Events are counted by the hour and by the day.', 'granularity')
  if (granularity !== 'hour' && granularity !== 'day') throw refusal(400, 'Must be hour or day.', 'granularity')
  const step: StepName = granularity
  const [from, until] = (['startTime', 'endTime'] as const).map((name) => {
    const time = parseTime(c.req.query(name))
    if (time === undefined) throw refusal(400, 'Must be a time such as 2026-11-01T00:00:00Z.', name)
    return time
  }) as [number, number]
  if (from >= until) throw refusal(400, 'The range is empty: it has to begin before it ends.', 'startTime')
  const kept = KEPT_MS[step]
  if (from < now - kept - STEP_MS[step])
    throw refusal(400, `By the ${step} events are known for ${kept / STEP_MS.day} days.`, 'startTime')
  if (until - from > kept + STEP_MS[step]) throw refusal(400, `At most ${kept / STEP_MS.day} days.`, 'endTime')
  const size = STEP_MS[step]
  return { step, from: Math.floor(from / size) * size, until: Math.ceil(until / size) * size }
}

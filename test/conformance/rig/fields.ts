import type { JsonObject } from '../../../src/event/index.ts'
import type { Call } from '../calls.ts'
import { bodyOf, type Recorded } from './front.ts'
import { differences, missing, prescribed } from './prescribed.ts'

/** What is known of an SDK's run, to hold what arrived against. */
export interface Run {
  calls: Call[]
  channel: 'server' | 'client' | 'mobile'
  library: { name: string; version: string }
  messageId: RegExp
  metadata: string[]
  writeKey: string
  projectId: string
  /** It asks for settings before it sends. */
  settings: boolean
  /** The path that all of its requests begin with; empty: none. */
  path: string
  /** The requests as the SDK made them: those with events, and the others. */
  posts: Recorded[]
  others: Recorded[]
  /** Milliseconds: when the calls were made, and how far the SDK's clock was ahead. Unknown for recordings. */
  times?: { began: number; ended: number; aheadMs: number }
}

/** The address that the platform sees of everyone on this machine. */
const IP = '127.0.0.1'
/** The platform's clock stands while it computes, and is read to the millisecond. */
const CLOCK_SLACK_MS = 50

/** Everything that is not as the protocol has it, in words. `arrived`: the events as the webhook got them. */
export function faults(run: Run, arrived: JsonObject[]): string[] {
  const byId = Map.groupBy(arrived, ({ messageId }) => messageId)
  const sent = Map.groupBy(run.posts.filter(({ taken }) => taken).flatMap(eventsOf), ({ event }) => event.messageId)
  return [
    ...[...sent].flatMap(([messageId, times]) => {
      const name = `${String(times[0]?.event.type)}:`
      const [event, ...more] = byId.get(messageId) ?? []
      if (event === undefined) return [`${name} did not arrive`]
      // What an SDK sent twice is as it was in one of the two requests.
      const found = fewest(times.map((one) => eventFaults(run, one, event)))
      return [...(more.length > 0 ? ['arrived more than once'] : []), ...found].map((fault) => `${name} ${fault}`)
    }),
    ...callFaults(run.calls, arrived),
    ...[...run.posts, ...run.others]
      .filter(({ path }) => !path.startsWith(`${run.path}/`))
      .map(({ path }) => `a request to ${path}`),
    ...(!run.settings || run.others.some((one) => hasSettings(one, run)) ? [] : ['settings: it got none']),
  ]
}

function hasSettings(request: Recorded, { path, writeKey }: Run): boolean {
  const { method, status } = request
  return method === 'GET' && request.path === `${path}/v1/projects/${writeKey}/settings` && status === 200
}

interface Sent {
  event: JsonObject
  envelope: JsonObject
  post: Recorded
}

/** The events of a request, as they were on the wire. */
export function eventsOf(post: Recorded): Sent[] {
  const body = bodyOf(post)
  const isBatch = Array.isArray(body.batch)
  return (isBatch ? (body.batch as JsonObject[]) : [body]).map((event) => ({
    event,
    envelope: isBatch ? body : {},
    post,
  }))
}

function eventFaults(run: Run, { event: raw, envelope, post }: Sent, event: JsonObject): string[] {
  const receivedAt = Date.parse(String(event.receivedAt))
  const wanted = prescribed(raw, envelope, {
    channel: run.channel,
    projectId: run.projectId,
    ip: IP,
    userAgent: post.headers['user-agent'],
    receivedAt,
  })
  return [
    ...differences(event, wanted),
    ...within('receivedAt', receivedAt, post.at - CLOCK_SLACK_MS, post.answeredAt + CLOCK_SLACK_MS),
    ...missing(event, { context: { library: run.library } }),
    ...(run.messageId.test(String(event.messageId)) ? [] : [`messageId is ${String(event.messageId)}`]),
    ...differences(Object.keys(event._metadata ?? {}).toSorted(), run.metadata.toSorted(), '_metadata'),
    ...(JSON.stringify(event).includes(`"${run.writeKey}"`) ? ['the write key is in it'] : []),
    ...(run.times ? timeFaults(run.times, event) : []),
  ]
}

/** The SDK said its own time; the platform put it right. */
function timeFaults({ began, ended, aheadMs }: NonNullable<Run['times']>, event: JsonObject): string[] {
  const at = (name: string) => Date.parse(String(event[name]))
  return [
    ...within('originalTimestamp', at('originalTimestamp'), began + aheadMs, ended + aheadMs),
    ...within('timestamp', at('timestamp'), began - CLOCK_SLACK_MS, ended + CLOCK_SLACK_MS),
  ]
}

function within(name: string, ms: number, from: number, to: number): string[] {
  return ms >= from && ms <= to ? [] : [`${name} is ${ms}, not between ${from} and ${to}`]
}

/** Each call has its event, with what the caller gave in it, and nothing came of no call. */
function callFaults(calls: Call[], arrived: JsonObject[]): string[] {
  return [...Map.groupBy(calls, ({ method }) => method)].flatMap(([method, made]) => {
    const events = arrived.filter(({ type }) => type === method)
    const counted = events.length === made.length ? [] : [`${method}: ${events.length} arrived of ${made.length}`]
    return [
      ...counted,
      ...made.flatMap(({ arrives }) => nearest(arrives, events).map((fault) => `${method}: ${fault}`)),
    ]
  })
}

/** What the event lacks that has most of what is wanted. */
function nearest(wanted: JsonObject, events: JsonObject[]): string[] {
  return fewest(events.map((event) => missing(event, wanted)))
}

function fewest(faults: string[][]): string[] {
  return faults.toSorted((one, other) => one.length - other.length)[0] ?? []
}

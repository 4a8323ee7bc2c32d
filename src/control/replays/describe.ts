import { buildRequests } from '../../deliver/index.ts'
import { parseJson, type SpecEvent } from '../../event/index.ts'
import { shareOf, total } from '../../lane/index.ts'
import { replayed } from '../../match/index.ts'
import type { ReplayReport } from '../../replay/index.ts'
import { type Destination, maskAddress } from '../../settings/index.ts'
import { usdOf } from '../prices.ts'
import type { ControlDeps } from '../request.ts'
import { getWithEnds, repeatsOf, type ReplayRow } from './queries.ts'

/** A request as it would be sent, without its headers, which have keys and signatures. */
export interface ShownRequest {
  method: string
  url: string
  body: string
}

/** How long it takes, and what it costs. */
export interface Estimate {
  /** Events that are still to be sent. */
  events: number
  /** Requests a second that it may make; `null`: as fast as the receiver answers. */
  rate: number | null
  /** `null`: nobody can say how fast the receiver answers. */
  seconds: number | null
  usd: number
}

export interface ReplayDetails {
  row: ReplayRow
  report: ReplayReport | null
  /** Ids of earlier replays of the same source to the same destination whose range overlaps. */
  repeats: string[]
  estimate: Estimate | null
  requests: ShownRequest[]
  /** `null`: it is deleted. */
  sourceName: string | null
  destination: Destination | null
}

/** All about one replay, as it stands now. Throws 404. */
export async function describeReplay(deps: ControlDeps, workspaceId: string, id: string): Promise<ReplayDetails> {
  const { db, replay } = deps
  const { replay: row, sourceName, destination } = await getWithEnds(db, workspaceId, id)
  const [report, repeats] = await Promise.all([replay(id).report(), repeatsOf(db, row.order)])
  const known = report ?? row.report
  return {
    row,
    report: known,
    repeats,
    sourceName,
    destination,
    estimate: known && destination && estimateOf(known, destination),
    requests: destination ? await requestsOf(report?.samples ?? [], id, destination, deps) : [],
  }
}

function estimateOf({ figures, counted, share }: ReplayReport, { lane }: Destination): Estimate {
  const filtered = total(counted.filtered) - total(figures.filtered)
  const events = Math.max(0, figures.pending - Math.max(0, filtered))
  const { rate } = shareOf(lane, share)
  return {
    events,
    rate,
    seconds: rate === null ? null : Math.ceil(events / rate),
    usd: usdOf({ requests: 0, events: counted.events }),
  }
}

async function requestsOf(
  lines: readonly string[],
  id: string,
  { id: destinationId, integration, settings, lane }: Destination,
  { ctx, allowLocal }: ControlDeps,
): Promise<ShownRequest[]> {
  const target = { destinationId, integration, settings }
  const shown: ShownRequest[] = []
  for (const line of lines) {
    const event = replayed(parseJson(line) as SpecEvent, integration.name, id)
    const requests = await buildRequests(lane.batch ? [event] : event, target, { ctx, allowLocal })
    if (!Array.isArray(requests)) continue
    for (const { method, url, body } of requests.slice(0, 1)) shown.push({ method, url: maskAddress(url), body })
  }
  return shown
}

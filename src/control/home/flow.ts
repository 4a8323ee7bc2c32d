import { type DestinationLine, describeHealth, freshOf, type RestOfFlow } from '../destinations/index.ts'
import type { BusySource } from '../sources/index.ts'

/** Colours, as badges have them. */
type Tone = ReturnType<typeof describeHealth>['tone']

/** Sources at the left, destinations at the right, and what flows between: places are numbers from 0, downwards. */
export interface Flow {
  sources: FlowSource[]
  destinations: FlowDestination[]
  bands: Band[]
  /** Pixels. */
  height: number
}

export interface FlowSource {
  /** `null`: all others together. */
  id: string | null
  name: string
  /** Events of 24 hours. */
  accepted: number
}

export type FlowDestination =
  | { line: DestinationLine; accepted: number }
  | { rest: RestOfFlow[]; count: number; needs: number }

export interface Band {
  source: number
  destination: number
  /** Events of 24 hours. */
  events: number
  tone: Tone
  /** An outline in a picture that is 100 wide, whatever its width on the screen, and as many pixels high. */
  path: string
}

/** Pixels that one source or destination is high. */
export const ROW = 60
/** The widest of all that meet at one place. */
const WIDEST = 40
const THINNEST = 1.5

export function flowOf(
  sources: { lines: readonly BusySource[]; totals: { count: number; accepted: number } },
  destinations: { lines: readonly DestinationLine[]; rest: readonly RestOfFlow[] },
  now: number,
): Flow {
  const left: FlowSource[] = sources.lines.map(({ id, name, accepted }) => ({ id, name, accepted }))
  const others = sources.totals.count - left.length
  if (others > 0) {
    const accepted = sources.totals.accepted - left.reduce((sum, one) => sum + one.accepted, 0)
    left.push({
      id: null,
      name: others === 1 ? '1 other source' : `${others.toLocaleString('en-GB')} other sources`,
      accepted,
    })
  }
  const placeOf = (id: string | null) => {
    const place = left.findIndex((one) => one.id === id)
    return place === -1 ? left.length - 1 : place
  }
  const told = destinations.lines
    .map((line) => ({ line, accepted: freshOf(line.health, now)?.accepted ?? 0 }))
    .toSorted((a, b) => placeOf(a.line.sourceId) - placeOf(b.line.sourceId) || b.accepted - a.accepted)
  const right: FlowDestination[] = [...told]
  const bands: Omit<Band, 'path'>[] = told.map(({ line, accepted }, destination) => ({
    source: placeOf(line.sourceId),
    destination,
    events: accepted,
    tone: describeHealth(line, now).tone,
  }))
  if (destinations.rest.length > 0) {
    const rest = destinations.rest.toSorted((a, b) => placeOf(a.sourceId) - placeOf(b.sourceId))
    const sum = (name: 'count' | 'needs') => rest.reduce((n, one) => n + one[name], 0)
    right.push({ rest, count: sum('count'), needs: sum('needs') })
    for (const { sourceId, accepted, needs } of rest) {
      const tone = needs > 0 ? 'bad' : accepted > 0 ? 'good' : 'off'
      bands.push({ source: placeOf(sourceId), destination: right.length - 1, events: accepted, tone })
    }
  }
  return {
    sources: left,
    destinations: right,
    bands: drawn(bands),
    height: Math.max(left.length, right.length, 1) * ROW,
  }
}

/** With outlines: as wide as the events, side by side where several meet, in the middle of their row. */
function drawn(bands: readonly Omit<Band, 'path'>[]): Band[] {
  const sums = (end: 'source' | 'destination') =>
    [...Map.groupBy(bands, (band) => band[end]).values()].map((some) =>
      some.reduce((sum, { events }) => sum + events, 0),
    )
  const most = Math.max(1, ...sums('source'), ...sums('destination'))
  const widthOf = ({ events }: { events: number }) => Math.max(THINNEST, (events / most) * WIDEST)
  const next = { source: new Map<number, number>(), destination: new Map<number, number>() }
  const starts = (end: 'source' | 'destination', band: Omit<Band, 'path'>) => {
    const place = band[end]
    const all = bands.filter((one) => one[end] === place).reduce((sum, one) => sum + widthOf(one), 0)
    // More thin bands than the row has room for lie over each other.
    const y = next[end].get(place) ?? (place + 0.5) * ROW - Math.min(all, ROW) / 2
    next[end].set(place, Math.min(y + widthOf(band), (place + 1) * ROW - THINNEST))
    return y
  }
  return bands.map((band) => {
    const [from, to, width] = [starts('source', band), starts('destination', band), widthOf(band)].map(short)
    const [a = 0, b = 0, w = 0] = [from, to, width]
    const path = `M0 ${a}C50 ${a} 50 ${b} 100 ${b}v${w}C50 ${short(b + w)} 50 ${short(a + w)} 0 ${short(a + w)}z`
    return { ...band, path }
  })
}

const short = (value: number) => Math.round(value * 10) / 10

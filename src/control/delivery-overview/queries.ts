import { eq } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../../event/index.ts'
import { type OverviewAnswer, type OverviewMember, type WaysAt, wayOf, type WayStep } from '../../overview/index.ts'
import { type Database, type Destination, destinations, sources } from '../../settings/index.ts'
import type { Progress } from '../../statistics/index.ts'
import type { CountedQuery, StepCount } from '../counted.ts'
import { destinationHealth } from '../destinations/index.ts'
import type { ControlDeps } from '../request.ts'
import { sourceHealth } from '../sources/index.ts'
import type { SpanQuery } from './spans.ts'

type Deps = Pick<ControlDeps, 'statistics'>

/** Events of a source that are in its archive, by step, as finely as `query` asks for. */
export async function archivedCounts(
  { statistics }: Deps,
  sourceId: string,
  { steps, groupBy, filters }: CountedQuery,
): Promise<StepCount[]> {
  const of = statistics(sourceId)
  const { points } = await of.arrived(steps)
  const needsNames = groupBy.includes('eventName') || filters.eventName
  const needsTypes = needsNames || groupBy.includes('eventType') || filters.eventType
  if (!needsTypes) return points.map(({ at, value }) => ({ at, of: {}, count: value.archived }))
  const byType = points.flatMap(({ at, value }) =>
    Object.entries(value.types).map(([eventType, count]) => ({ at, of: { eventType }, count })),
  )
  if (!needsNames) return byType
  const named = await of.named(steps)
  const byName = named.points.flatMap(({ at, value }) =>
    value.map(({ type, name, events }) => ({
      at,
      of: { eventType: type, ...(name !== null && { eventName: name }) },
      count: events,
    })),
  )
  // Of each call what has no name that is told apart.
  const rest = new Map(byType.map(({ at, of: { eventType }, count }) => [`${at} ${eventType}`, count]))
  for (const {
    at,
    of: { eventType },
    count,
  } of byName)
    rest.set(`${at} ${eventType}`, (rest.get(`${at} ${eventType}`) ?? 0) - count)
  const others = byType.map(({ at, of: { eventType } }) => ({
    at,
    of: { eventType },
    count: Math.max(0, rest.get(`${at} ${eventType}`) ?? 0),
  }))
  return [...byName, ...others]
}

/** Events of a source that were rejected, by step and reason. */
export async function rejectedCounts(
  { statistics }: Deps,
  sourceId: string,
  { steps }: CountedQuery,
): Promise<StepCount[]> {
  const { points } = await statistics(sourceId).arrived(steps)
  return points.flatMap(({ at, value }) =>
    Object.entries(value.rejected).map(([discardReason, count]) => ({ at, of: { discardReason }, count })),
  )
}

/** Events of a destination that ended with this step, by hour or day, reason, call and name. */
export async function endedCounts(
  { lane }: Pick<ControlDeps, 'lane'>,
  destinationId: string,
  step: Extract<WayStep, 'filtered' | 'failed' | 'delivered'>,
  { steps: { from, until } }: CountedQuery,
): Promise<StepCount[]> {
  const points = await lane(destinationId).ways({ step: 'hour', from, until })
  return points.flatMap(({ at, ways }) =>
    Object.entries(ways).flatMap(([key, count]) => {
      const way = wayOf(key)
      return way.step === step ? [{ at, of: dimensionsOf(way), count }] : []
    }),
  )
}

function dimensionsOf({ reason, kind }: ReturnType<typeof wayOf>): StepCount['of'] {
  const type: EventType | undefined = kind?.type
  return {
    ...(reason !== '' && { discardReason: reason }),
    ...(type && { eventType: type }),
    ...(typeof kind?.name === 'string' && { eventName: kind.name }),
  }
}

/** What became of the events of a destination's source, up to it and there. Throws when one of both does not answer. */
export async function destinationWays(
  { lane, statistics }: Pick<ControlDeps, 'lane' | 'statistics'>,
  { id, sourceId }: Pick<Destination, 'id' | 'sourceId'>,
  query: SpanQuery,
): Promise<{ points: WaysAt[]; progress: Progress }> {
  const { step, from, until } = query
  const [ended, came] = await Promise.all([
    lane(id).ways({ step, from, until }),
    statistics(sourceId).ways({ step, from, until }),
  ])
  return { points: [...came.points, ...ended], progress: came.progress }
}

/** Sources and destinations of a workspace that ever had an event, with when each said last that something had moved. */
export function membersOf({ orm }: Database, workspaceId: string): Promise<OverviewMember[]> {
  return unionAll(
    orm
      .select({ id: sources.id, sourceId: sources.id, at: sourceHealth.at })
      .from(sources)
      .innerJoin(sourceHealth, eq(sourceHealth.sourceId, sources.id))
      .where(eq(sources.workspaceId, workspaceId)),
    orm
      .select({ id: destinations.id, sourceId: destinations.sourceId, at: destinationHealth.at })
      .from(destinations)
      .innerJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
      .where(eq(destinations.workspaceId, workspaceId)),
  )
}

/** What became of all events of a workspace, or of those of one source, and of `parts` each. Throws when nobody answers. */
export function workspaceWays(
  { overview }: Pick<ControlDeps, 'overview'>,
  workspaceId: string,
  { step, from, until, stepMs }: SpanQuery,
  { sourceId, parts = [] }: { sourceId?: string; parts?: readonly string[] } = {},
): Promise<OverviewAnswer> {
  return overview(workspaceId).read({ step, from, until, stepMs, parts, ...(sourceId !== undefined && { sourceId }) })
}

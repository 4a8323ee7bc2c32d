import { isoTime } from '../../event/index.ts'
import type { SchemaDetails, SchemaEvent, SchemaProperty } from '../../statistics/index.ts'

export function presentSchemaEvent({ type, name, total, day, week, first, last }: SchemaEvent) {
  return {
    type,
    name,
    total,
    last24Hours: day,
    last7Days: week,
    firstSeenAt: isoTime(first),
    lastSeenAt: isoTime(last),
  }
}

export function presentSchemaDetails(details: SchemaDetails) {
  const { properties, otherProperties, hours, progress } = details
  return {
    ...presentSchemaEvent(details),
    properties: properties.map(presentProperty),
    otherProperties,
    hours: hours.map(({ at, value }) => ({ time: isoTime(at), count: value })),
    ...progress,
  }
}

function presentProperty({ path, events, types, first, last, example }: SchemaProperty) {
  return {
    path,
    events,
    types,
    firstSeenAt: isoTime(first),
    lastSeenAt: isoTime(last),
    ...(example !== undefined && { example }),
  }
}

import * as v from 'valibot'
import { type Operation, type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'

const dataset = v.object({
  eventName: v.optional(
    text('Order Completed', 'If grouped by it; absent: none, or one beyond the 200 that a step tells apart.'),
  ),
  eventType: v.optional(text('track', 'If grouped by it.')),
  discardReason: v.optional(text('bad_request', 'If grouped by it.')),
  total: whole(420),
  series: v.array(v.object({ time: time('When the step begins.'), count: whole(20) })),
})

const answer = {
  schema: v.object({
    total: whole(420, 'Of all groups.'),
    dataset: v.array(dataset),
    pagination: paginationAnswer,
  }),
}

const query = (groups: string) => ({
  sourceId: text('src_4fJk2mQ8', 'Has to be given.'),
  startTime: text('2026-11-26T00:00:00Z', 'In it: hours are kept for 32 days, days for 400.'),
  endTime: text('2026-11-27T00:00:00Z', 'Not in it.'),
  granularity: v.picklist(['hour', 'day']),
  groupBy: text(groups.split(', ')[0] ?? '', `Some of ${groups}, with commas or several times over.`),
  filter: text('', `filter[name][0]=value for ${groups}.`),
})

const REFUSALS: Operation['refusals'] = {
  400: 'It is not counted so: by minutes, by an app’s version, or from before what is kept.',
  404: 'There is no such source.',
}

const OVERVIEW: OperationGroup = {
  name: 'Delivery overview',
  about:
    'The way of events, step by step, in Segment’s shapes. Hours and days are whole ones of UTC, by the time of receipt, and are counted within a minute or two.',
  operations: {
    'GET /api/delivery-overview/successfully-received': {
      id: 'getSuccessfullyReceived',
      summary: 'Counts what a source took in: valid events, each once.',
      query: query('eventName, eventType'),
      paged: 200,
      answer,
      refusals: REFUSALS,
    },
    'GET /api/delivery-overview/failed-on-ingest': {
      id: 'getFailedOnIngest',
      summary: 'Counts what was rejected, by reason.',
      query: query('discardReason'),
      paged: 200,
      answer,
      refusals: REFUSALS,
    },
    'GET /api/delivery-overview/filtered-at-source': {
      id: 'getFilteredAtSource',
      summary: 'Counts what was filtered at the source: nothing, since no source filters.',
      query: query('eventName, eventType, discardReason'),
      paged: 200,
      answer,
      refusals: REFUSALS,
    },
  },
}

export const GROUPS = [OVERVIEW]

import * as v from 'valibot'
import { meanings, type Operation, type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'
import { OVERVIEW_SPANS } from './spans.ts'
import { OVERVIEW_STEPS } from './summary.ts'

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

const ofDestination = (groups: string) => {
  const { sourceId: _, ...rest } = query(groups)
  return {
    destinationConfigId: text('dst_9xWq4LmN', 'Has to be given.'),
    sourceId: text('src_4fJk2mQ8', 'Its source, if that is named.'),
    ...rest,
  }
}

const SPAN_ANSWER = {
  schema: v.object({
    overview: v.object({
      period: v.picklist(OVERVIEW_SPANS),
      from: time('When its first step begins.'),
      until: time('When the step that runs will end.'),
      stepMs: whole(3_600_000),
      steps: v.array(
        v.object({
          step: v.picklist(OVERVIEW_STEPS),
          total: v.nullable(whole(420, '`null`: this step does not say what was filtered by.')),
          series: v.array(v.object({ time: time('When the step begins.'), count: whole(20) })),
        }),
      ),
      progress: v.optional(
        v.object({
          at: v.nullable(time('When it was looked last whose figures have moved; null: not yet.')),
          left: whole(0, 'Sources and destinations whose figures are still being read.'),
          members: whole(12, 'All whose figures are known.'),
        }),
      ),
      resent: whole(3, 'Of those that were given up, how many were put on their way again in this time.'),
      breakdown: v.array(
        v.object({
          step: v.picklist(OVERVIEW_STEPS),
          reason: v.nullable(text('http_400', 'What rejected, filtered or failed it.')),
          eventType: v.nullable(text('track', '`null`: nobody looked at these when it was decided.')),
          eventName: v.optional(
            v.nullable(
              text(
                'Order Completed',
                '`null`: its calls have no name; absent: not known, or beyond those that are told apart.',
              ),
            ),
          ),
          events: whole(20),
        }),
      ),
    }),
    meanings,
  }),
}

const REFUSALS: Operation['refusals'] = {
  400: 'It is not counted so: by minutes, by an app’s version, or from before what is kept.',
  404: 'There is no such source.',
}

const ENDED_REFUSALS: Operation['refusals'] = {
  400: 'It is not counted so, no destination is named, or it belongs to another source.',
  404: 'There is no such destination.',
}

const OVERVIEW: OperationGroup = {
  name: 'Delivery overview',
  about:
    'The way of events, step by step, in Segment’s shapes. Hours and days are whole ones of UTC: up to the archive by the time of receipt, counted within a minute or two, at a destination by when it was decided.',
  operations: {
    'GET /api/delivery-overview': {
      id: 'getDeliveryOverview',
      summary: 'Counts what became of events on their way, step by step.',
      query: {
        destinationId: text('dst_9xWq4LmN', 'On their way to this destination; without: to all.'),
        sourceId: text('src_4fJk2mQ8', 'Of this source, to all its destinations; without: of all.'),
        period: v.picklist(OVERVIEW_SPANS),
        eventType: text('track', 'Only this call.'),
        eventName: text('Order Completed', 'Only events of this name.'),
        reason: text('http_400', 'Only what was rejected, filtered or given up for this reason.'),
      },
      answer: SPAN_ANSWER,
      refusals: {
        400: 'There is no such span or call, or the destination belongs to another source.',
        404: 'There is no such destination or source.',
      },
    },
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
      summary: 'Counts what was filtered at the source: nothing.',
      query: query('eventName, eventType, discardReason'),
      paged: 200,
      answer,
      refusals: REFUSALS,
    },
    'GET /api/delivery-overview/filtered-at-destination': {
      id: 'getFilteredAtDestination',
      summary: 'Counts what a destination did not get or want, by reason.',
      query: ofDestination('eventName, eventType, discardReason'),
      paged: 200,
      answer,
      refusals: ENDED_REFUSALS,
    },
    'GET /api/delivery-overview/failed-delivery': {
      id: 'getFailedDelivery',
      summary: 'Counts what was given up, by reason.',
      query: ofDestination('eventName, eventType, discardReason'),
      paged: 200,
      answer,
      refusals: ENDED_REFUSALS,
    },
    'GET /api/delivery-overview/successful-delivery': {
      id: 'getSuccessfulDelivery',
      summary: 'Counts what was delivered.',
      query: ofDestination('eventName, eventType'),
      paged: 200,
      answer,
      refusals: ENDED_REFUSALS,
    },
  },
}

export const GROUPS = [OVERVIEW]

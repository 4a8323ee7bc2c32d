import * as v from 'valibot'
import {
  anyObject,
  by,
  forwardPagination,
  meanings,
  type OperationGroup,
  paginationAnswer,
  text,
  time,
  whole,
} from '../operation.ts'

const attempt = v.object({
  at: v.pipe(v.nullable(time()), v.description('null: no longer known.')),
  attempt: whole(1),
  outcome: text('delivered', 'Or the code of a failure or filter.'),
  tookMs: v.nullable(whole(81)),
  status: v.optional(whole(200)),
  message: v.optional(text('ok', 'The receiver’s own words.')),
  batch: v.optional(whole(40, 'Events of its request, where they are sent in batches.')),
})

const found = v.object({
  event: v.object({
    messageId: text('m-1'),
    sourceId: text('src_4fJk2mQ8'),
    receivedAt: v.nullable(time()),
    archive: v.object({
      key: text('raw/src_4fJk2mQ8/2026/11/27/15/b-1.ndjson.gz'),
      batch: text('b-1'),
      line: whole(0),
      committedAt: time(),
    }),
    event: v.nullable(
      anyObject(
        { type: 'track', event: 'Paid', messageId: 'm-1', userId: 'u1' },
        'null: the archive has it no longer.',
      ),
    ),
    destinations: v.array(
      v.object({
        id: text('dst_8sKw1'),
        name: v.nullable(text('Warehouse hook')),
        status: v.picklist([
          'delivered',
          'pending',
          'sending',
          'dead',
          'filtered',
          'settled',
          'registering',
          'unsearched',
        ]),
        codes: v.optional(v.array(text('consent', 'Why it was filtered.'))),
        attempts: v.array(attempt),
        nextAttemptAt: v.optional(time()),
        reason: v.optional(text('expired', 'Why it is dead.')),
      }),
    ),
  }),
  meanings,
})

const tailEvent = v.object({
  id: text('17.3', 'Batch and place in it; of a rejected one 17.r0.'),
  status: v.picklist(['accepted', 'rejected']),
  at: time('Of the request that brought it.'),
  type: v.nullable(text('track')),
  name: v.nullable(text('Paid', 'Of a track its event, of a page or screen its name.')),
  messageId: v.nullable(text('m-1')),
  userId: v.nullable(text('u1')),
  anonymousId: v.nullable(text('a1')),
  warnings: v.array(text('clock_wrong')),
  code: v.nullable(text('event_not_defined', 'Why it was rejected.')),
  destinations: v.nullable(
    v.object({
      matched: whole(2),
      filtered: whole(1),
      reasons: by(v.array(v.string()), { dst_8sKw1: ['integrations'] }, 'Codes by destination.'),
    }),
  ),
  payload: v.nullable(anyObject({ type: 'track', event: 'Paid', messageId: 'm-1', userId: 'u1' })),
  text: v.nullable(text('{"type":"track"}', 'Of a rejected one, what was sent, cut.')),
})

const NOT_FOUND =
  'It is not in the archive: still on its way, rejected, never sent, or so old that it is no longer found by its id.'

const EVENTS: OperationGroup = {
  name: 'Events',
  about: 'Where an event went. Every source is asked, up to ten thousand, or the one that is named.',
  params: { messageId: text('m-1', 'Id of the event.') },
  schemas: {
    SourceEvents: v.object({
      events: v.array(tailEvent),
      looked: whole(1, 'Events that were looked at, those without the text among them.'),
      pagination: forwardPagination,
      meanings,
    }),
  },
  operations: {
    'GET /api/events/:messageId': {
      id: 'getEvent',
      summary: 'Says where an event went: archive key, each destination’s attempts.',
      query: { source: text('src_4fJk2mQ8', 'The only source to ask.') },
      answer: { schema: found },
      refusals: { 404: NOT_FOUND },
    },
    'GET /api/events': {
      id: 'findEvent',
      summary: 'The same, for ids of any kind.',
      query: { messageId: text('m-1', 'Has to be given.'), source: text('src_4fJk2mQ8', 'The only source to ask.') },
      answer: { schema: found },
      refusals: { 404: NOT_FOUND },
    },
    'GET /api/events/volume': {
      id: 'getEventVolume',
      summary: 'Counts the events of the workspace by hour or day, source, call and name.',
      about:
        'Valid events, each once, by the time of receipt; whole hours and days of UTC. One call asks 25 sources. An event whose id is volume: GET /api/events?messageId=volume.',
      query: {
        granularity: v.picklist(['HOUR', 'DAY']),
        startTime: text('2026-11-26T00:00:00Z', 'In it: hours are kept for 32 days, days for 400.'),
        endTime: text('2026-11-27T00:00:00Z', 'Not in it.'),
        groupBy: text('eventName', 'Some of source, eventName and eventType, with commas or several times over.'),
        sourceId: text('src_4fJk2mQ8', 'Only these sources; several times over.'),
        eventName: text('Order Completed', 'Only events of these names; several times over.'),
        eventType: text('track', 'Only these calls; several times over.'),
      },
      paged: 200,
      answer: {
        schema: v.object({
          path: text('/events/volume'),
          query: anyObject({ granularity: 'DAY' }, 'What was asked for, with whole steps.'),
          result: v.array(
            v.object({
              source: v.optional(v.object({ id: text('src_4fJk2mQ8'), name: text('Web'), slug: text('web') })),
              eventName: v.optional(text('Order Completed')),
              eventType: v.optional(text('track')),
              total: whole(420),
              series: v.array(v.object({ time: time(), count: whole(20) })),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
      refusals: {
        400: 'It is not counted so, or there are more sources than one call asks.',
        404: 'There is no such source.',
      },
    },
  },
}

export const GROUPS = [EVENTS]

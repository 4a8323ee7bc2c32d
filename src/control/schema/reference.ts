import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'
import { SCHEMA_SORTS } from '../../statistics/index.ts'
import { by, flagged, type OperationGroup, paginationAnswer, text, time, whole } from '../operation.ts'

const event = {
  type: v.picklist(EVENT_TYPES),
  name: v.pipe(v.nullable(text('Order Completed')), v.description('null: calls without a name.')),
  total: whole(420, 'Since counting began.'),
  last24Hours: whole(20, 'By the hour: the one that runs and 23 before.'),
  last7Days: whole(140),
  firstSeenAt: time('By receipt.'),
  lastSeenAt: time(),
}

const progress = {
  since: v.pipe(v.nullable(time()), v.description('From when on events are counted; null: none has come.')),
  until: v.pipe(v.nullable(time()), v.description('What was committed until then is counted.')),
  caughtUp: flagged(true, 'Nothing was left to count.'),
}

const SCHEMA: OperationGroup = {
  name: 'Sources',
  params: { id: text('src_4fJk2mQ8', 'Id of the source.') },
  operations: {
    'GET /api/sources/:id/schema': {
      id: 'getSourceSchema',
      summary: 'Lists the events that have come, each call and name, with counts.',
      query: {
        q: text('order', 'Has to be in the call or the name, whatever its case.'),
        type: v.picklist(EVENT_TYPES),
        sort: v.picklist(SCHEMA_SORTS),
      },
      paged: 200,
      answer: {
        schema: v.object({
          events: v.array(v.object(event)),
          known: whole(12, 'Events that are told apart, at most 4,000.'),
          others: whole(0, 'How often others came.'),
          ...progress,
          pagination: paginationAnswer,
        }),
      },
    },
    'GET /api/sources/:id/schema/event': {
      id: 'getSourceSchemaEvent',
      summary: 'One of them with its properties or traits.',
      query: {
        type: v.picklist(EVENT_TYPES),
        name: text('Order Completed', 'Left out: calls without a name.'),
      },
      answer: {
        schema: v.object({
          event: v.object({
            ...event,
            properties: v.array(
              v.object({
                path: text('products.$.price', 'Nested ones as a.b, members of a list as name.$.'),
                events: whole(418, 'Events that have it.'),
                types: by(
                  v.number(),
                  { number: 418 },
                  'Events that have it so: string, number, boolean, object, array, null.',
                ),
                firstSeenAt: time(),
                lastSeenAt: time(),
                example: v.optional(text('12.5', 'The last value, cut; only with events:read.')),
              }),
            ),
            otherProperties: whole(0, 'How often those beyond the first 300 came.'),
            hours: v.array(v.object({ time: time(), count: whole(20) })),
            ...progress,
          }),
        }),
      },
      refusals: { 404: 'There is no such source, or it has sent no such event.' },
    },
  },
}

export const GROUPS = [SCHEMA]

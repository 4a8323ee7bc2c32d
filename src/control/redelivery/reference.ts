import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'
import { flagged, named, type OperationGroup, success, text, time, whole } from '../operation.ts'
import { newReplayRequest, replayAnswer } from './input.ts'

const types = v.pipe(v.nullable(v.array(v.picklist(EVENT_TYPES))), v.description('null: all calls.'))
const range = {
  id: text('rrq_7hPz5'),
  from: time(),
  until: time(),
  types,
  words: text('Our database lost what came in then.'),
  createdAt: time(),
  expiresAt: time('Nobody can agree any more.'),
}

const REDELIVERY: OperationGroup = {
  name: 'Growth and quality',
  params: { id: text('int_7hPz5', 'Id of the integration.'), ask: text('rrq_7hPz5', 'Id of the request.') },
  schemas: {
    Return: v.object({
      at: time(),
      who: text('Ada'),
      told: whole(12, 'Destinations that were told.'),
      complete: flagged(true, 'Nobody is left to be told.'),
    }),
    ReplayRequest: v.object({
      ...range,
      asked: whole(12, 'Destinations of customers.'),
      agreed: whole(7),
      declined: whole(1),
    }),
    AskedReplay: v.object({
      ...range,
      agreed: v.pipe(v.nullable(v.boolean()), v.description('null: nothing was said yet.')),
      replayId: v.pipe(v.nullable(text('rpl_7hPz5')), v.description('What was begun.')),
    }),
  },
  operations: {
    'GET /api/integrations/:id/return': {
      id: 'getReturn',
      summary: 'Shows when its endpoint was said to be back.',
      answer: { schema: v.object({ return: v.nullable(named('Return')) }) },
    },
    'POST /api/integrations/:id/return': {
      id: 'createReturn',
      summary: 'Says that its endpoint is back: what waits goes at once.',
      about:
        'At the declared pace, once in fifteen minutes. Some destinations are told at once, the others within the hour.',
      answer: { status: 201, schema: v.object({ return: named('Return') }) },
      refusals: { 409: 'It was said a moment ago, or nothing is sent to it from here.' },
    },
    'GET /api/integrations/:id/replay-requests': {
      id: 'listReplayRequests',
      summary: 'Lists what customers were asked to send again, in numbers.',
      answer: { schema: v.object({ replayRequests: v.array(named('ReplayRequest')) }) },
    },
    'POST /api/integrations/:id/replay-requests': {
      id: 'createReplayRequest',
      summary: 'Asks customers to send a range again.',
      body: {
        schema: newReplayRequest,
        example: {
          from: '2026-11-26T00:00:00Z',
          until: '2026-11-26T06:00:00Z',
          words: 'Our database lost these hours.',
        },
        fields: {
          from: 'When the range begins, ninety days ago at most.',
          until: 'When it ends: a month later at most, and not in the future.',
          types: 'Which calls; without it all.',
          words: 'Why: customers read it.',
        },
      },
      answer: { status: 201, schema: v.object({ id: text('rrq_7hPz5') }) },
      refusals: { 409: 'Five are open, or nothing is sent to it from here.' },
    },
    'DELETE /api/integrations/:id/replay-requests/:ask': {
      id: 'withdrawReplayRequest',
      summary: 'Asks no longer; what was begun goes on.',
      answer: { schema: success },
    },
  },
}

const ANSWERS: OperationGroup = {
  name: 'Destinations',
  params: { id: text('dst_7hPz5', 'Id of the destination.'), ask: text('rrq_7hPz5', 'Id of the request.') },
  operations: {
    'GET /api/destinations/:id/replay-requests': {
      id: 'listAskedReplays',
      summary: 'Lists what the maker of the integration asks to be sent again.',
      answer: { schema: v.object({ replayRequests: v.array(named('AskedReplay')) }) },
    },
    'POST /api/destinations/:id/replay-requests/:ask': {
      id: 'answerReplayRequest',
      summary: 'Agrees, which begins the replay, or declines.',
      body: { schema: replayAnswer, example: { agreed: false }, fields: { agreed: 'Whether it is sent again.' } },
      answer: {
        status: 201,
        schema: v.object({ replayId: v.pipe(v.nullable(text('rpl_7hPz5')), v.description('null: declined.')) }),
      },
      refusals: { 409: 'It was answered before, or as many replays go on as may.' },
    },
  },
}

export const GROUPS = [REDELIVERY, ANSWERS]

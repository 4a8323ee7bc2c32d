import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'
import { REPLAY_STATES } from '../../replay/index.ts'
import {
  counts,
  flagged,
  fraction,
  meanings,
  named,
  type OperationGroup,
  paginationAnswer,
  text,
  time,
  whole,
} from '../operation.ts'
import { newReplay, replayChanges } from './input.ts'

const facts = {
  id: text('rpl_3kTq8'),
  sourceId: text('src_4fJk2mQ8'),
  destinationId: text('dst_8sKw1'),
  state: v.picklist(REPLAY_STATES),
  failure: v.pipe(
    v.nullable(v.picklist(['source_gone', 'destination_gone', 'receiver_gone'])),
    v.description('Why it failed, or was paused by the platform: receiver_gone is a 410.'),
  ),
  from: time(),
  until: time(),
  types: v.optional(v.array(v.picklist(EVENT_TYPES))),
  events: v.optional(v.array(text('Order *'))),
  userIds: v.optional(v.array(text('u-17'))),
  sample: v.optional(fraction(0.1)),
  share: fraction(0.25),
  dryRun: flagged(true),
  progress: fraction(0.4, 'Of what is being read, 0 to 1.'),
  selected: whole(1_000, 'selected = delivered + filtered + pending + dead, at all times.'),
  delivered: whole(700),
  filtered: whole(40),
  pending: whole(255),
  dead: whole(5),
  createdAt: time(),
  startedAt: v.nullable(time()),
  endedAt: v.nullable(time()),
}

const details = v.object({
  ...facts,
  counted: v.nullable(
    v.object({
      events: whole(1_000),
      bytes: whole(812_000),
      users: v.pipe(v.nullable(whole(310)), v.description('null: more than a million.')),
      kinds: v.array(
        v.object({ type: v.picklist(EVENT_TYPES), name: v.nullable(text('Order Completed')), events: whole(420) }),
      ),
      otherKinds: whole(0, 'Events beyond the first thousand kinds.'),
      filtered: counts({ UNSUPPORTED_EVENT_TYPE: 40 }),
      unreadable: whole(0, 'Archive objects that are gone, and lines that cannot be read.'),
    }),
  ),
  breakdown: v.object({ filtered: counts({ UNSUPPORTED_EVENT_TYPE: 40 }), dead: counts({ http_400: 5 }) }),
  repeats: v.pipe(v.array(text('rpl_1aBc2')), v.description('Earlier ones between the two whose range overlaps.')),
  estimate: v.nullable(
    v.object({
      events: whole(255, 'Still to be sent.'),
      rate: v.pipe(v.nullable(fraction(5)), v.description('Requests a second; null: as fast as it answers.')),
      seconds: v.nullable(whole(51)),
      usd: fraction(0.00004, 'At Cloudflare’s list prices.'),
    }),
  ),
  requests: v.pipe(
    v.array(v.object({ method: text('POST'), url: text('https://example.com/…'), body: text('{"type":"track"}') })),
    v.description('The first five events, as they are sent.'),
  ),
  meanings,
})

const replay = v.object({ replay: named('ReplayDetails') })

const FIELDS = {
  sourceId: 'Whose archive is read.',
  destinationId: 'Where its events go: of this source or another of the workspace, enabled or not.',
  from: 'By the time of receipt: this moment is in it.',
  until: 'This moment is not. Default: now.',
  types: 'Only these calls.',
  events: 'Only events, pages and screens of these names; * stands for any letters, ? for one.',
  userIds: 'Only of these people, by userId or anonymousId.',
  sample: 'Of the people, above 0 and at most 1: all events of whoever is in it.',
  share: 'Of the destination’s rate and workers, 0.01 to 1; default: 0.25. What comes in goes first.',
  dryRun: 'Stops when all is counted, until it is started.',
}

const REPLAYS: OperationGroup = {
  name: 'Replays',
  about:
    'Events of a source’s archive, sent to a destination once more: with the ids and times that they had, for that destination alone, context.replay saying so. They are counted first, and then sent beside what comes in, in books of their own.',
  params: { id: text('rpl_3kTq8', 'Id of the replay.') },
  schemas: { Replay: v.object(facts), ReplayDetails: details },
  operations: {
    'GET /api/replays': {
      id: 'listReplays',
      summary: 'Lists them, the newest first, as each said last how it stands.',
      query: { destinationId: text('dst_8sKw1', 'Only those to this destination.') },
      paged: 200,
      answer: { schema: v.object({ replays: v.array(named('Replay')), pagination: paginationAnswer }) },
    },
    'POST /api/replays': {
      id: 'createReplay',
      summary: 'Begins to count what a range has; with dryRun it stops there.',
      body: {
        schema: newReplay,
        example: {
          sourceId: 'src_4fJk2mQ8',
          destinationId: 'dst_8sKw1',
          from: '2026-11-01T00:00:00Z',
          until: '2026-11-08T00:00:00Z',
          events: ['Order *'],
          dryRun: true,
        },
        fields: FIELDS,
      },
      answer: { status: 201, schema: replay },
      refusals: {
        404: 'There is no such source or destination.',
        409: 'The workspace has as many replays that are not over as it may.',
      },
    },
    'GET /api/replays/:id': {
      id: 'getReplay',
      summary: 'One, as it stands now: what was counted, what became of it, what it takes.',
      answer: { schema: replay },
    },
    'PATCH /api/replays/:id': {
      id: 'updateReplay',
      summary: 'Starts, pauses, resumes or cancels it, or changes its share.',
      body: {
        schema: replayChanges,
        example: { state: 'paused' },
        fields: { state: 'running, paused or cancelled.', share: FIELDS.share },
      },
      answer: { schema: replay },
      refusals: { 409: 'It is over, or its state does not allow that.' },
    },
  },
}

export const GROUPS = [REPLAYS]

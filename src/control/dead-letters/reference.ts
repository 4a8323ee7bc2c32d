import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'
import {
  anyObject,
  counts,
  flagged,
  forwardPagination,
  meanings,
  named,
  type Operation,
  type OperationGroup,
  text,
  time,
  whole,
} from '../operation.ts'
import { redrive, redriveChange } from './input.ts'

const deadLetter = v.object({
  id: whole(1_795_790_403_056_000),
  at: time(),
  reason: text('expired'),
  log: text('src_4fJk2mQ8'),
  seq: whole(9),
  key: text('raw/src_4fJk2mQ8/2026/11/27/15/b-1.ndjson.gz'),
  events: v.array(whole(0, 'Its events’ places in the archive object.')),
  attempts: whole(9),
  status: v.optional(whole(503)),
  message: v.optional(text('try later', 'The receiver’s own words.')),
  sample: v.optional(named('Sample')),
  redrive: v.optional(whole(3, 'The redrive that sent it before.')),
  batch: v.optional(whole(40, 'Events of the request that failed, where they are sent in batches.')),
  payloads: v.pipe(
    v.array(v.nullable(anyObject({ type: 'track', event: 'Paid', messageId: 'm-1' }))),
    v.description('In the order of events; null: the archive has it no longer.'),
  ),
})

const filter = v.object({
  reason: v.optional(text('http_503')),
  from: v.optional(time()),
  until: v.optional(time()),
  event: v.optional(text('Order *')),
  type: v.optional(v.picklist(EVENT_TYPES)),
  userId: v.optional(text('u-17')),
})

const redriveBooks = v.object({
  id: whole(3, 'Its number.'),
  at: time(),
  filter: v.pipe(v.nullable(filter), v.description('null: dead letters that were named.')),
  deadLetters: whole(2),
  events: whole(7, 'events = delivered + filtered + pending + dead, at all times.'),
  delivered: whole(4, 'Fixed and gone.'),
  filtered: whole(0),
  pending: whole(2),
  dead: whole(1, 'Failed again.'),
  breakdown: v.object({ filtered: counts({}), dead: counts({ http_503: 1 }) }),
  looked: v.optional(whole(240, 'Where event, type or userId was asked for: events that were looked at so far.')),
  untold: v.optional(whole(0, 'Of these, those whose payload is gone; they stay dead.')),
  complete: flagged(true, 'false: the rest follows by itself, some hundreds a second.'),
  cancelled: flagged(false, 'It was ended before it had come to all.'),
})

const query = {
  reason: text('http_503', 'Given up for this reason.'),
  event: text('Order *', 'Events, pages and screens of this name; * stands for any letters, ? for one.'),
  type: v.pipe(v.picklist(EVENT_TYPES), v.metadata({ description: 'Of this call.' })),
  userId: text('u-17', 'Of this person, by userId or anonymousId.'),
  from: time('Given up at this time or later.'),
  until: time('Given up before.'),
}

const redriven = v.object({
  redriven: v.object({
    redrive: v.pipe(v.nullable(whole(3)), v.description('Its number; null: there was nothing to send.')),
    deadLetters: whole(2),
    events: whole(7),
    complete: flagged(true, 'false: the rest follows by itself, some hundreds a second.'),
  }),
})

/** Of a destination or a replay: `of` is part of the names that generated clients have. */
function operations(path: string, of: string, refusals: NonNullable<Operation['refusals']>) {
  return {
    [`GET ${path}/:id/dead-letters`]: {
      id: `list${of}DeadLetters`,
      summary: 'Lists what was given up, with its events.',
      about:
        'The newest first; kept 30 days. event, type and userId are told by payloads: one answer looks at 5,000 events, says so (looked), and pagination.next goes on, also where it is empty.',
      query,
      paged: 50,
      answer: {
        schema: v.object({
          deadLetters: v.array(named('DeadLetter')),
          looked: whole(7, 'Events that were looked at.'),
          untold: whole(0, 'Of these, those whose payload is gone, where it has to tell.'),
          meanings,
          pagination: forwardPagination,
        }),
      },
    },
    [`GET ${path}/:id/dead-letters.ndjson`]: {
      id: `download${of}DeadLetters`,
      summary: 'Sends them as NDJSON, a line an event.',
      about:
        'Of at most 5,000 dead letters; where there are more the last line is {"next":"…"}, the pagination[cursor] to go on with.',
      query,
      paged: 50,
      answer: {
        schema: v.pipe(
          v.string(),
          v.metadata({
            examples: [
              '{"id":1795790403056000,"event":0,"at":"2026-11-27T15:00:00.000Z","reason":"http_400","attempts":1,"status":400,"payload":{"type":"track"}}\n',
            ],
            description: 'payload is null where the archive has it no longer.',
          }),
        ),
        type: 'application/x-ndjson',
      },
    },
    [`POST ${path}/:id/dead-letters/redrive`]: {
      id: `redrive${of}DeadLetters`,
      summary: 'Puts dead letters on their way again.',
      about:
        'Named, or all of a filter. What event, type and userId mean is looked for in the archive, by and by: GET …/redrives says how far it is. Asked for once more while it goes on it is the same one.',
      body: {
        schema: redrive,
        example: { reason: 'http_503' },
        fields: {
          ids: 'These dead letters.',
          events: 'These events of them; the others stay.',
          reason: 'All that have this reason.',
          from: 'All that were given up at this time or later.',
          until: 'All that were given up before.',
          event: 'Events, pages and screens of this name; * stands for any letters, ? for one.',
          type: 'Those of this call.',
          userId: 'Those of this person, by userId or anonymousId.',
          all: 'All.',
        },
      },
      answer: { schema: redriven },
      refusals,
    },
    [`GET ${path}/:id/redrives`]: {
      id: `list${of}Redrives`,
      summary: 'Says what became of what was sent again.',
      about: 'Of the last 20, the newest first.',
      answer: { schema: v.object({ redrives: v.array(named('Redrive')), meanings }) },
    },
    [`PATCH ${path}/:id/redrives/:redrive`]: {
      id: `update${of}Redrive`,
      summary: 'Ends a redrive that goes on.',
      about: 'What is on its way goes on; what it has not come to stays dead. Once more changes nothing.',
      body: { schema: redriveChange, example: { state: 'cancelled' }, fields: { state: 'cancelled.' } },
      answer: { schema: v.object({ redrive: named('Redrive'), meanings }) },
      refusals: { 409: 'It is through: nothing more of it was to come.' },
    },
  } satisfies Record<string, Operation>
}

const NUMBER = text('3', 'Number of the redrive.')

const BUSY = 'Eight redrives of other filters go on already.'

const OF_DESTINATIONS: OperationGroup = {
  name: 'Destinations',
  params: { id: text('dst_8sKw1', 'Id of the destination.'), redrive: NUMBER },
  schemas: { DeadLetter: deadLetter, Redrive: redriveBooks },
  operations: operations('/api/destinations', '', { 409: BUSY }),
}

const OF_REPLAYS: OperationGroup = {
  name: 'Replays',
  params: { id: text('rpl_3kTq8', 'Id of the replay.'), redrive: NUMBER },
  operations: operations('/api/replays', 'Replay', { 409: `It was broken off. Or: ${BUSY}` }),
}

export const GROUPS = [OF_DESTINATIONS, OF_REPLAYS]

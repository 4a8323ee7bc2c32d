import * as v from 'valibot'
import { EVENT_TYPES, type EventType, LIMITS } from '../../event/index.ts'
import { anyObject, type Operation, type OperationGroup, text } from '../operation.ts'

const REFUSALS = {
  400: 'Not a JSON object, no batch in a batch call, over a limit, or no source has this write key.',
  429: 'The source sends more than its limit, or has too much unanswered: nothing of the request was taken. Retry-After says when to send it again.',
  503: 'The events could not be stored: send them again.',
}

const accepted = v.object({ success: v.literal(true) })

/** What every call may say. Ingest takes far more forms of it than a schema tells: see the words of each. */
const common = {
  writeKey: v.optional(text('wk_9sLq3', 'Here, or as the Basic user name.')),
  messageId: v.optional(
    text('m-1', 'Under 100 characters; a repeat in the same source is dropped. Made, if not given.'),
  ),
  userId: v.optional(text('u1', 'This or anonymousId has to be given. A number becomes text.')),
  anonymousId: v.optional(text('a1')),
  timestamp: v.optional(text('2026-11-27T15:00:00Z', 'When it happened, in any way that means one time only.')),
  sentAt: v.optional(text('2026-11-27T15:00:01Z', 'By it the timestamp is corrected for the client’s clock.')),
  context: v.optional(anyObject({ ip: '198.51.100.7' })),
  integrations: v.optional(anyObject({ All: true }, 'Which destinations get it.')),
}
const properties = v.optional(anyObject({ total: 12 }))
const traits = v.optional(anyObject({ plan: 'pro' }))

const OWN: Record<EventType, { summary: string; entries: v.ObjectEntries; example: Record<string, unknown> }> = {
  identify: { summary: 'Says who a user is.', entries: { traits }, example: { traits: { plan: 'pro' } } },
  track: {
    summary: 'Says what a user did.',
    entries: { event: text('Paid', 'Its name.'), properties },
    example: { event: 'Paid', properties: { total: 12 } },
  },
  page: {
    summary: 'Says which page a user saw.',
    entries: { name: v.optional(text('Home')), category: v.optional(text('Docs')), properties },
    example: { name: 'Home' },
  },
  screen: {
    summary: 'Says which screen of an app a user saw.',
    entries: { name: v.optional(text('Home')), category: v.optional(text('Docs')), properties },
    example: { name: 'Home' },
  },
  group: {
    summary: 'Says which group a user belongs to.',
    entries: { groupId: text('g1'), traits },
    example: { groupId: 'g1', traits: { plan: 'pro' } },
  },
  alias: {
    summary: 'Says that two ids are one user.',
    entries: { previousId: text('a1') },
    example: { previousId: 'a1' },
  },
}

function call(type: EventType): Operation {
  const { summary, entries, example } = OWN[type]
  return {
    id: type,
    summary,
    about: `Short: POST /v1/${type.slice(0, 1)}. An event has at most ${LIMITS.eventBytes / 1024} KB.`,
    body: { schema: v.looseObject({ ...entries, ...common }), example: { ...example, userId: 'u1' }, fields: {} },
    answer: { schema: accepted },
    refusals: REFUSALS,
  }
}

const batch = (id: string): Operation => ({
  id,
  summary: 'Takes many events at once.',
  about:
    'Each is checked for itself: good ones are durable when the answer comes, bad ones are counted by a code and refuse nothing.',
  body: {
    schema: v.looseObject({
      batch: v.array(v.looseObject({ type: v.picklist(EVENT_TYPES), ...common })),
      writeKey: common.writeKey,
      sentAt: common.sentAt,
      context: common.context,
      integrations: common.integrations,
    }),
    example: { batch: [{ type: 'track', event: 'Paid', userId: 'u1' }], sentAt: '2026-11-27T15:00:01Z' },
    fields: { batch: `At most ${LIMITS.batchEvents} events; the surplus is counted and not kept.` },
  },
  answer: { schema: accepted },
  refusals: REFUSALS,
})

export const TRACKING: OperationGroup = {
  name: 'Tracking API',
  about:
    'What SDKs send events with. The write key is the Basic user name or stands in the body; JSON in UTF-8, at most 500 KB, gzip, deflate or br. Limits, times and codes: docs/tracking.md.',
  bare: true,
  credential: 'writeKey',
  params: { type: v.picklist(EVENT_TYPES), writeKey: text('wk_9sLq3', 'The write key.') },
  operations: {
    ...Object.fromEntries(EVENT_TYPES.map((type) => [`POST /v1/${type}`, call(type)])),
    'POST /v1/batch': batch('batch'),
    'POST /v1/import': batch('import'),
    'POST /v1/set': {
      id: 'setObjects',
      summary: 'Sets objects: what has an id and changes.',
      about:
        'They are merged by id and stored in the order of the answers; warehouses have a table a collection: docs/objects.md, which has the bulk API too.',
      body: {
        schema: v.looseObject({
          collection: text('rooms', 'Small letters, digits and _.'),
          objects: v.array(v.looseObject({ id: text('r1'), properties: anyObject({ name: 'Sea view' }) })),
          writeKey: common.writeKey,
        }),
        example: { collection: 'rooms', objects: [{ id: 'r1', properties: { name: 'Sea view' } }] },
        fields: { objects: '1 to 10.' },
      },
      answer: { schema: accepted },
      refusals: { ...REFUSALS, 403: 'The source is disabled.' },
    },
    'GET /v1/pixel/:type': {
      id: 'pixel',
      summary: 'Takes an event from an image, for e-mails.',
      about:
        'Either data, the event as base64 of its JSON, or its fields. It is answered whatever became of the event.',
      query: {
        data: text('eyJ3cml0ZUtleSI6IndrIiwidXNlcklkIjoidTEifQ', 'The event, writeKey included.'),
        writeKey: text('wk_9sLq3'),
        userId: text('u1'),
        event: text('Opened'),
      },
      answer: { schema: text('A GIF of one pixel.'), type: 'image/gif' },
    },
    'GET /v1/projects/:writeKey/settings': {
      id: 'getDeviceSettings',
      summary: 'Answers what SDKs ask for when they start: the tools on the device.',
      answer: { schema: anyObject({ integrations: { 'Segment.io': { apiKey: 'wk_9sLq3' } } }) },
      refusals: { 404: 'No source has this write key.' },
    },
  },
}

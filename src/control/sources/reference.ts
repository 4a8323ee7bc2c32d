import * as v from 'valibot'
import {
  anyObject,
  counts,
  flagged,
  meanings,
  named,
  type OperationGroup,
  paginationAnswer,
  success,
  text,
  time,
  whole,
} from '../operation.ts'
import { MOST_EVENTS } from '../events/index.ts'
import { givenKey, newSource, newWriteKey, releasedKey, schemaSettings, sourceChanges } from './input.ts'

const source = v.object({ source: named('Source') })
const ofTraits = v.object({
  allowUnplannedTraits: flagged(true),
  allowTraitsOnViolations: flagged(true),
  commonEventOnViolations: v.literal('ALLOW'),
})
const schemaAnswer = v.object({
  sourceId: text('src_4fJk2mQ8'),
  settings: v.object({
    track: v.object({
      allowUnplannedEvents: flagged(true),
      allowUnplannedEventProperties: flagged(true),
      allowEventOnViolations: flagged(true),
      allowPropertiesOnViolations: flagged(true),
      commonEventOnViolations: v.literal('ALLOW'),
    }),
    identify: ofTraits,
    group: ofTraits,
  }),
})
const holder = v.object({ holder: named('WriteKeyHolder') })

const SOURCES: OperationGroup = {
  name: 'Sources',
  about: 'Where events come from, each with its write keys.',
  params: {
    id: text('src_4fJk2mQ8', 'Id of the source.'),
    writeKey: text('wk_9sLq3', 'The write key.'),
  },
  schemas: {
    Source: v.object({
      id: text('src_4fJk2mQ8'),
      slug: text('web'),
      name: text('Web shop'),
      metadata: named('SourceMetadata'),
      workspaceId: text('ws_4k2mzx7q'),
      enabled: flagged(true, 'What comes to a source that is not is rejected.'),
      eventsPerSecond: v.pipe(
        v.nullable(whole(200)),
        v.description('What it may send on the average of ten seconds; null: what the deployment says.'),
      ),
      writeKeys: v.array(text('wk_9sLq3')),
      settings: anyObject({}),
      labels: v.array(named('Label')),
      createdAt: time(),
    }),
    WriteKeyHolder: v.object({
      workspaceId: text('ws_4k2mzx7q'),
      workspaceName: text('Acme'),
      sourceId: text('src_4fJk2mQ8'),
      sourceName: v.pipe(
        v.nullable(text('Web shop')),
        v.description('null: the source is deleted, and the key taken.'),
      ),
      createdAt: time(),
      revokedAt: v.nullable(time()),
    }),
  },
  operations: {
    'GET /api/sources': {
      id: 'listSources',
      summary: 'Lists them.',
      paged: 200,
      answer: { schema: v.object({ sources: v.array(named('Source')), pagination: paginationAnswer }) },
    },
    'POST /api/sources': {
      id: 'createSource',
      summary: 'Makes one.',
      about: 'With a writeKey an existing Segment write key is brought along; without one the source gets a new one.',
      body: {
        schema: newSource,
        example: { slug: 'web', name: 'Web shop', metadataId: 'javascript' },
        fields: {
          slug: 'Names it in addresses and files; no other source of the workspace has it.',
          name: 'Default: the slug.',
          enabled: 'What comes to a source that is not is rejected.',
          metadataId: 'Its kind: an id of the catalogue of sources.',
          eventsPerSecond: 'Its own limit on the average of ten seconds; null: what the deployment says.',
          settings: 'Empty: no kind of source has any.',
          writeKey: 'One that clients have already.',
        },
      },
      answer: { status: 201, schema: source },
      refusals: {
        403: 'The token may not do this, or only whoever runs the deployment brings write keys.',
        409: 'The slug or the write key is taken, or the workspace has as many sources as it may.',
      },
    },
    'GET /api/sources/:id': {
      id: 'getSource',
      summary: 'Answers one.',
      answer: {
        schema: v.object({
          source: named('Source'),
          trackingPlanId: v.pipe(v.null(), v.description('There are no tracking plans yet.')),
        }),
      },
    },
    'PATCH /api/sources/:id': {
      id: 'updateSource',
      summary: 'Changes it.',
      body: {
        schema: sourceChanges,
        example: { name: 'Web shop, new', enabled: true },
        fields: {
          name: 'What people call it.',
          enabled: 'What comes to a source that is not is rejected.',
          eventsPerSecond: 'Its own limit on the average of ten seconds; null: what the deployment says.',
        },
      },
      answer: { schema: source },
    },
    'DELETE /api/sources/:id': {
      id: 'deleteSource',
      summary: 'Deletes it with its destinations.',
      answer: { schema: success },
      refusals: { 503: 'A destination did not say what it owes: send it again.' },
    },
    'POST /api/sources/:id/writekey': {
      id: 'createWriteKey',
      summary: 'Adds a write key.',
      body: {
        schema: newWriteKey,
        example: {},
        fields: { writeKey: 'One that clients have already; default: a new one.' },
        optional: true,
      },
      answer: { status: 201, schema: source },
      refusals: { 409: 'The write key is taken, or the source has as many as it may.' },
    },
    'DELETE /api/sources/:id/writekey/:writeKey': {
      id: 'revokeWriteKey',
      summary: 'Revokes one.',
      answer: { schema: success },
    },
    'GET /api/sources/:id/settings': {
      id: 'getSchemaSettings',
      summary: 'Answers its schema’s settings: all that is valid is let through.',
      answer: { schema: schemaAnswer },
    },
    'PATCH /api/sources/:id/settings': {
      id: 'updateSchemaSettings',
      summary: 'Takes the settings that it has; others there cannot be yet.',
      body: {
        schema: schemaSettings,
        example: { track: { allowUnplannedEvents: true } },
        fields: {
          track: 'What happens to events that no plan has.',
          identify: 'And to traits of users.',
          group: 'And to traits of groups.',
          forwardingViolationsTo: 'Empty.',
          forwardingBlockedEventsTo: 'Empty.',
        },
      },
      answer: { schema: schemaAnswer },
    },
    'GET /api/sources/:id/connected-warehouses': {
      id: 'listConnectedWarehouses',
      summary: 'Lists the warehouses that it is loaded into.',
      paged: 200,
      answer: { schema: v.object({ warehouses: v.array(named('Warehouse')), pagination: paginationAnswer }) },
    },
    'GET /api/sources/:id/connected-destinations': {
      id: 'listConnectedDestinations',
      summary: 'Lists its destinations.',
      paged: 200,
      answer: { schema: v.object({ destinations: v.array(named('Destination')), pagination: paginationAnswer }) },
    },
    'GET /api/sources/:id/counters': {
      id: 'getSourceCounters',
      summary: 'Counts what came.',
      answer: {
        schema: v.object({
          counters: v.object({
            requests: whole(40),
            received: whole(120, 'Valid events, duplicates among them.'),
            duplicates: whole(2),
            rejected: counts({ event_not_defined: 1 }, 'By code.'),
            warned: v.optional(counts({ clock_wrong: 1 }, 'By code; absent as long as there are none.')),
            archived: whole(118),
            lastCommitAt: v.nullable(time()),
            log: v.object({
              bytes: whole(20_480, 'Of the intake’s storage.'),
              live: whole(40, 'Rows in it.'),
              rows: whole(40, 'Rows in all.'),
            }),
          }),
          meanings,
        }),
      },
    },
    'GET /api/sources/:id/events': {
      id: 'listSourceEvents',
      summary: 'Lists its last events.',
      about:
        'The newest first: accepted ones with what they say and how many destinations get them, a sample of rejected ones with their reason.',
      paged: MOST_EVENTS,
      query: {
        status: v.pipe(v.picklist(['accepted', 'rejected']), v.metadata({ description: 'Only these.' })),
        q: v.pipe(v.string(), v.maxLength(200), v.metadata({ description: 'Text to find in the event.' })),
      },
      answer: { schema: named('SourceEvents') },
    },
  },
}

const WRITE_KEYS: OperationGroup = {
  name: 'Deployment',
  params: { key: text('wk_9sLq3', 'The write key, of any workspace.') },
  operations: {
    'GET /api/write-keys/:key': {
      id: 'getWriteKeyHolder',
      summary: 'Says who has a write key.',
      about:
        'A write key is no secret, so somebody may have brought another’s; both workspaces find what is done in their audit trail.',
      answer: { schema: holder },
    },
    'POST /api/write-keys/:key/release': {
      id: 'releaseWriteKey',
      summary: 'Takes it away from who has it.',
      body: { schema: releasedKey, example: { note: 'Brought by mistake.' }, fields: { note: 'Why.' } },
      answer: { schema: success },
    },
    'POST /api/write-keys/:key/give': {
      id: 'giveWriteKey',
      summary: 'Gives it to a source of any workspace.',
      body: {
        schema: givenKey,
        example: { sourceId: 'src_4fJk2mQ8', note: 'It is theirs.' },
        fields: { sourceId: 'Which source gets it.', note: 'Why.' },
      },
      answer: { schema: holder },
    },
  },
}

export const GROUPS = [SOURCES, WRITE_KEYS]

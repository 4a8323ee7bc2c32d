import * as v from 'valibot'
import { by, flagged, named, type OperationGroup, paginationAnswer, text, whole } from '../operation.ts'
import { newCertification, testCall } from './input.ts'

const FIELDS = {
  settings: 'Of a customer made for this, as a destination has them: apiKey among them. They are not kept.',
  readBack: 'Where the endpoint says what it has of one event, with {messageId} in its place.',
}

const certification = v.object({ certification: named('Certification') })
const exchanged = {
  headers: by(v.string(), { 'content-type': 'application/json' }, 'Keys and settings are hidden.'),
  body: text('{"type":"track"}', 'Cut to 2,000 characters, without secrets.'),
}

const EXCHANGE = {
  request: v.object({ method: text('POST'), url: text('https://partner.example.com/'), ...exchanged }),
  reply: v.optional(v.object({ status: whole(200), ...exchanged, isWhole: flagged(true) })),
  failed: v.optional(v.object({ timeout: flagged(true), words: text('The operation was aborted.') })),
}

const RESULT = v.object({
  check: text('C104'),
  grade: v.picklist(['error', 'task', 'warning']),
  since: whole(1, 'The version of the list that brought it.'),
  state: v.picklist(['passed', 'failed', 'skipped']),
  expected: text('A wrong API key is refused with 401 or 403.'),
  mend: text('Answer 401 to one you do not know.'),
  tookMs: whole(34),
  why: v.optional(text('A key that nobody has was answered with 200 after 12 ms.')),
  ...EXCHANGE,
  request: v.optional(EXCHANGE.request),
})

const CERTIFICATION = v.object({
  id: text('cert_0123456789abcdefghijklmn'),
  state: v.picklist(['running', 'ended', 'broken']),
  certified: flagged(true),
  stale: flagged(false, 'Endpoint, settings, calls or pace have changed since.'),
  listVersion: whole(2, 'The version of the list of checks.'),
  content: text('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'Fingerprint of what was certified.'),
  startedBy: text('Ada'),
  startedAt: text('2030-01-01T00:00:00.000Z'),
  endedAt: v.nullable(text('2030-01-01T00:00:31.000Z')),
  made: whole(28, 'Checks that were made.'),
  checks: whole(28),
  passed: whole(26),
  skipped: whole(2),
  errors: whole(0),
  tasks: whole(0),
  warnings: whole(0),
  requests: whole(172),
  certificate: text('/certificates/cert_0123456789abcdefghijklmn', 'What others may read, by this link.'),
  results: v.optional(v.array(RESULT)),
})

const REFUSALS = {
  409: 'A run is under way, there were too many in this hour (with Retry-After), or there is no endpoint to certify.',
}

const CERTIFICATIONS: OperationGroup = {
  name: 'Certification',
  about: 'Numbered checks of a direct endpoint, made in the background and kept.',
  params: {
    id: text('int_example', 'Of an integration of the workspace’s own.'),
    run: text('cert_0123456789abcdefghijklmn'),
  },
  schemas: { Certification: CERTIFICATION },
  operations: {
    'GET /api/certification-checks': {
      id: 'listCertificationChecks',
      summary: 'The public list of checks, for everybody.',
      answer: {
        schema: v.object({
          listVersion: whole(2),
          checks: v.array(
            v.object({
              check: text('C104'),
              grade: text('error', 'As it is today: what is new is a warning for thirty days.'),
              since: whole(1),
              expected: text('A wrong API key is refused with 401 or 403.'),
              mend: text('Answer 401 to one you do not know.'),
              more: text('/docs/certification#c104'),
            }),
          ),
        }),
      },
    },
    'GET /api/integrations/:id/certifications': {
      id: 'listCertifications',
      summary: 'The last fifty of an integration, the newest first.',
      about: 'And the newest that certified, however old it is.',
      paged: 200,
      answer: { schema: v.object({ certifications: v.array(named('Certification')), pagination: paginationAnswer }) },
    },
    'POST /api/integrations/:id/certifications': {
      id: 'createCertification',
      summary: 'Begins a run in the background; it takes about half a minute.',
      about: 'One at a time; twelve an hour of an integration, thirty of a workspace.',
      body: {
        schema: newCertification,
        example: {
          settings: { apiKey: 'a-key-made-for-this' },
          readBack: 'https://partner.example.com/known?id={messageId}',
        },
        fields: FIELDS,
      },
      answer: { status: 201, schema: certification },
      refusals: REFUSALS,
    },
    'POST /api/integrations/:id/test-calls': {
      id: 'createTestCall',
      summary: 'Sends one call, or an odd case, and shows request and reply.',
      about: 'As a real delivery would be sent. Two hundred an hour of an integration.',
      body: {
        schema: testCall,
        example: { call: 'wrong-key', settings: { apiKey: 'a-key-made-for-this' } },
        fields: { call: 'A call of the spec, or the name of an odd case.', settings: FIELDS.settings },
      },
      answer: { schema: v.object({ exchanges: v.array(v.object({ ...EXCHANGE, tookMs: whole(34) })) }) },
      refusals: { 409: 'There were too many in this hour (with Retry-After), or there is no endpoint.' },
    },
    'GET /api/integrations/:id/certifications/:run': {
      id: 'getCertification',
      summary: 'A run with the result of each check that was made so far.',
      answer: { schema: certification },
    },
  },
}

export const GROUPS = [CERTIFICATIONS]

import * as v from 'valibot'
import { INTEGRATION_STATES } from '../../integrations/index.ts'
import {
  anyObject,
  counts,
  flagged,
  fraction,
  meanings,
  named,
  type OperationGroup,
  paginationAnswer,
  success,
  text,
  time,
  whole,
} from '../operation.ts'
import { newMaintenance } from './input.ts'
import { BAND_NAMES, PART_NAMES } from './score.ts'

const band = v.pipe(v.nullable(v.picklist(BAND_NAMES)), v.description('null: there were too few deliveries.'))
const score = v.pipe(v.nullable(fraction(97.4)), v.description('0 to 100; null: there were too few deliveries.'))
const figures = {
  delivered: whole(41_200, 'Events.'),
  failed: whole(3, 'Events that were given up and not sent again.'),
  reasons: counts({ http_503: 3 }, 'Those, by reason.'),
  failedAttempts: whole(60),
  errors: counts({ http_503: 60 }, 'Attempts that failed, by code.'),
  breakerOpenings: whole(2),
  successRate: v.pipe(v.nullable(fraction(0.9999)), v.description('Of what was delivered or given up.')),
  p50Ms: v.pipe(v.nullable(whole(420)), v.description('From accepted to delivered.')),
  p95Ms: v.nullable(whole(1_800)),
}
const part = v.object({
  part: v.picklist(PART_NAMES),
  value: fraction(0.9998, 'What was measured.'),
  points: fraction(60),
  most: whole(60),
})
const cause = v.object({
  day: text('2026-11-27'),
  part: v.picklist(PART_NAMES),
  reason: text('http_503', 'Empty, where the part has none.'),
  count: whole(412),
  points: fraction(4.2),
})
const growthSchema = v.object({ growth: named('Growth'), meanings })
const qualitySchema = v.object({ quality: named('Quality') })
const days = v.pipe(v.optional(v.string()), v.description('How many days, 400 at most; default: 30.'))
const EXPORT =
  'Rows of the last 400 days. The formula is in the documentation; whoever has these rows computes the same score.'

const QUALITY: OperationGroup = {
  name: 'Growth and quality',
  about:
    'How a partner’s integration fares with all of its customers, and how that is judged. No value of an event is in it.',
  params: {
    id: text('int_7hPz5', 'Id of the integration.'),
    windowId: text('mnt_7hPz5', 'Id of the planned maintenance.'),
  },
  schemas: {
    Growth: v.object({
      from: text('2026-10-29', 'The first day.'),
      connected: whole(12, 'Workspaces that have it switched on now.'),
      total: v.object(figures),
      versions: v.array(v.object({ version: whole(1), ...figures })),
      days: v.array(
        v.object({
          day: text('2026-11-27'),
          version: whole(1),
          planned: flagged(false, 'Of hours of planned maintenance.'),
          customers: whole(12, 'Workspaces that were delivered to.'),
          ...figures,
        }),
      ),
      samples: v.pipe(
        v.array(
          v.object({
            code: text('http_503'),
            at: time(),
            version: whole(1),
            status: v.nullable(whole(503)),
            message: v.pipe(v.nullable(text('service … unavailable')), v.description('Without any value.')),
            requestHeaders: v.array(text('content-type')),
            responseHeaders: v.array(text('retry-after')),
            otherHeaders: whole(1, 'Headers of other names.'),
          }),
        ),
        v.description('The newest failure of each code.'),
      ),
    }),
    Quality: v.object({
      score,
      band,
      events: whole(41_203, 'Events that were delivered or given up.'),
      days: whole(28, 'Days on which some were.'),
      parts: v.array(part),
      history: v.array(
        v.object({
          day: text('2026-11-27'),
          score,
          band,
          parts: v.array(part),
          causes: v.pipe(v.array(cause), v.description('What it fell by since the day before.')),
          at: time(),
        }),
      ),
      maintenance: v.array(
        v.object({
          id: text('mnt_7hPz5'),
          startsAt: time(),
          endsAt: time(),
          words: text('New database'),
          createdAt: time(),
        }),
      ),
    }),
  },
  operations: {
    'GET /api/integrations/:id/growth': {
      id: 'getGrowth',
      summary: 'Shows how one of your own fares, by day and version.',
      query: { days },
      answer: { schema: growthSchema },
    },
    'GET /api/integrations/:id/growth/samples': {
      id: 'getRawSamples',
      summary: 'Shows failures of customers who agree, as they were sent.',
      answer: {
        schema: v.object({
          samples: v.array(
            v.object({
              customer: v.pipe(v.nullable(text('Example Ltd')), v.description('null: it is not named.')),
              failures: v.array(
                v.object({
                  at: time(),
                  code: text('http_503'),
                  events: whole(3, 'That failed alike.'),
                  status: v.optional(whole(503)),
                  message: v.optional(text('Down for maintenance')),
                  sample: v.optional(named('Sample')),
                }),
              ),
            }),
          ),
          meanings,
        }),
      },
    },
    'GET /api/integrations/:id/quality': {
      id: 'getQuality',
      summary: 'Shows the score of one of your own, and what it fell by.',
      answer: { schema: qualitySchema },
    },
    'GET /api/integrations/:id/quality/days.ndjson': {
      id: 'exportQualityDays',
      summary: 'Exports all that a score is made of, a line a row.',
      about: EXPORT,
      answer: {
        schema: text(
          '{"day":"2026-11-27","version":1,"planned":false,"customers":10,"figures":{"delivered":980,"delay|35":980}}\n',
        ),
        type: 'application/x-ndjson',
      },
    },
    'GET /api/integrations/:id/quality/days.csv': {
      id: 'exportQualityDaysAsCsv',
      summary: 'Exports the same, a line a figure.',
      about: EXPORT,
      answer: {
        schema: text('day,version,planned,figure,count\n2026-11-27,1,false,delivered,980\n'),
        type: 'text/csv',
      },
    },
    'POST /api/integrations/:id/maintenance': {
      id: 'planMaintenance',
      summary: 'Plans hours that count for no score.',
      body: {
        schema: newMaintenance,
        example: { startsAt: '2026-12-01T02:00:00Z', endsAt: '2026-12-01T04:00:00Z', words: 'New database' },
        fields: {
          startsAt: 'A whole hour, a day from now at least.',
          endsAt: 'A whole hour.',
          words: 'What happens.',
        },
      },
      answer: { status: 201, schema: v.object({ id: text('mnt_7hPz5') }) },
      refusals: { 409: 'The month has no room for it, or some of it is planned already.' },
    },
    'DELETE /api/integrations/:id/maintenance/:windowId': {
      id: 'withdrawMaintenance',
      summary: 'Plans it no longer, up to an hour before it begins.',
      answer: { schema: success },
    },
    'GET /api/submissions/:id/growth': {
      id: 'getSubmissionGrowth',
      summary: 'Shows how an integration fares, by day and version.',
      query: { days },
      answer: { schema: growthSchema },
    },
    'GET /api/submissions/:id/quality': {
      id: 'getSubmissionQuality',
      summary: 'Shows the score of an integration.',
      answer: { schema: qualitySchema },
    },
    'GET /api/quality': {
      id: 'listQuality',
      summary: 'Lists integrations of partners by their score, the worst first.',
      paged: 200,
      answer: {
        schema: v.object({
          integrations: v.array(
            v.object({
              integrationId: text('int_7hPz5'),
              name: text('Acme'),
              company: text('Acme Inc'),
              state: v.picklist(INTEGRATION_STATES),
              score,
              band,
              at: v.pipe(v.nullable(time()), v.description('When it was computed.')),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
    },
  },
}

/** Of a customer. */
const TAKEN_ALONG: OperationGroup = {
  name: 'Destinations',
  params: { id: text('dst_7hPz5', 'Id of the destination.') },
  operations: {
    'GET /api/destinations/:id/settings.json': {
      id: 'exportSettings',
      summary: 'Exports what it is set to, as a file.',
      about: 'Values of secrets are not in it, their names are.',
      answer: {
        schema: v.object({
          destination: v.object({
            name: text('Acme'),
            integration: text('acme', 'The slug of it.'),
            sourceId: text('src_4fJk2mQ8'),
            enabled: flagged(true),
            mode: v.nullable(text('cloud')),
            region: v.nullable(text('eu')),
            rate: v.nullable(fraction(20)),
            schedule: text('segment-4h'),
            settings: anyObject({ plan: 'paid' }),
            secrets: v.array(text('apiKey')),
          }),
        }),
      },
    },
  },
}

export const GROUPS = [QUALITY, TAKEN_ALONG]

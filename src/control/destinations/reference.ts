import * as v from 'valibot'
import { MODES } from '../../integrations/index.ts'
import { PERIODS } from '../../lane/index.ts'
import { SCHEDULE_NAMES } from '../../settings/index.ts'
import {
  anyObject,
  by,
  counts,
  flagged,
  fraction,
  meanings,
  named,
  noneYet,
  type OperationGroup,
  paginationAnswer,
  success,
  text,
  time,
  whole,
} from '../operation.ts'
import { destinationChanges, newDestination, testEvent } from './input.ts'

const destination = v.object({ destination: named('Destination') })

const metric = v.object({
  metricName: v.picklist(['accepted', 'successes', 'filtered', 'pending', 'dead', 'failed_attempts']),
  total: whole(120),
  breakdown: v.array(v.object({ metricName: text('http_503'), value: whole(3) })),
})

const headers = (example: Record<string, string>) => by(v.string(), example)

const failure = {
  status: v.optional(whole(503)),
  message: v.optional(text('try later', 'The receiver’s own words.')),
  sample: v.optional(named('Sample')),
  batch: v.optional(whole(40, 'Events of the request, where they are sent in batches.')),
}

const point = {
  accepted: whole(120),
  delivered: whole(118),
  filtered: whole(1),
  dead: whole(0),
  redriven: whole(0, 'Dead letters that were put on their way again.'),
  failedAttempts: whole(3, 'Attempts of one event each.'),
  retried: whole(3),
  successRate: v.nullable(fraction(0.975, 'Of attempts, 0 to 1; null: there were none.')),
  p50Ms: v.nullable(fraction(210, 'From accepted to delivered, at most 9.1 % off.')),
  p95Ms: v.nullable(fraction(890)),
}

const figures = v.object({
  period: v.picklist(PERIODS),
  from: time(),
  until: time(),
  stepMs: whole(900_000),
  total: v.object({
    ...point,
    deliveredPerSecond: fraction(1.4),
    breakdown: v.object({
      filtered: counts({ integrations: 1 }),
      dead: counts({}),
      failedAttempts: counts({ http_503: 3 }),
    }),
  }),
  points: v.pipe(v.array(v.object({ at: time(), ...point })), v.description('Oldest first; the last is under way.')),
})

const outcome = v.pipe(
  v.object({
    kind: v.picklist(['delivered', 'filtered', 'dead', 'retry', 'unsent']),
    code: v.optional(text('http_503')),
    notBefore: v.optional(whole(1_795_790_401_612, 'Milliseconds since 1970, when the receiver named a time.')),
  }),
  v.metadata({ examples: [{ kind: 'delivered' }] }),
)

const FIELDS = {
  name: 'Its own within a source.',
  enabled: 'One that is not gets no events; what it still owes is given up when it is too old.',
  paused: 'It takes events and sends none until it is not.',
  settings: 'What the integration asks for.',
  mode: 'Where the integration has both: on devices, or from the cloud.',
  region:
    'Where the integration listens in several places: the id of one; null: its endpoint. Keys are given anew with it.',
  rate: 'Requests a second at most; null: as the integration says.',
  concurrency: 'Workers, of up to six requests at a time each; null, the default: it finds its own pace.',
  maxInFlight: 'Requests in flight at most where it finds its own pace; null: as the integration says, else 300.',
  schedule: 'When an event is tried again: delays between attempts, and how old it may become.',
}

const DESTINATIONS: OperationGroup = {
  name: 'Destinations',
  about:
    'Integrations, configured and attached to a source. Secrets are encrypted at rest and never sent back whole; with an address of another origin those that are sent there have to be given anew.',
  params: { id: text('dst_8sKw1', 'Id of the destination.') },
  schemas: {
    Destination: v.object({
      id: text('dst_8sKw1'),
      name: text('Warehouse hook'),
      enabled: flagged(true),
      paused: flagged(false, 'It takes events and sends none.'),
      notice: v.nullable(text('It answered 410.', 'Why the platform disabled it.')),
      sourceId: text('src_4fJk2mQ8'),
      metadata: named('DestinationMetadata'),
      settings: anyObject({ urls: ['https://example.com/hooks'], sharedSecret: '••••••••3f9a' }, 'Secrets masked.'),
      mode: v.optional(v.pipe(v.picklist(MODES), v.description('Where there are both.'))),
      region: v.optional(
        v.pipe(v.nullable(text('eu')), v.description('Where its integration has regions; null: none is chosen.')),
      ),
      rate: v.nullable(fraction(20, 'Requests a second; null: as fast as it answers.')),
      concurrency: v.nullable(whole(4, 'Workers; null: it finds its own pace.')),
      maxInFlight: v.nullable(whole(300, 'Requests in flight at most where it does; null: 300.')),
      schedule: v.union([
        v.picklist(SCHEDULE_NAMES),
        v.object({ delaysSeconds: v.array(fraction(60)), ageSeconds: fraction(14_400) }),
      ]),
      createdAt: time(),
      health: v.pipe(
        v.object({
          state: v.picklist([
            'ok',
            'idle',
            'failing',
            'held',
            'giving_up',
            'paused',
            'disabled',
            'disabled_by_receiver',
            'on_devices',
          ]),
          label: text('Failing, 25 wait', 'As the panel’s badges say it.'),
          needs: v.nullable(
            text('For 4 min the endpoint answered 503; 25 events wait.', 'Why somebody has to act; null: nobody has.'),
          ),
          since: v.nullable(time('Since when it is in this state.')),
          why: v.nullable(text('http_503')),
          nextTryAt: v.nullable(time()),
          waiting: whole(25),
          oldestPendingAt: v.nullable(time()),
          lastDeliveredAt: v.nullable(time()),
          successRate: v.nullable(fraction(0.98, 'Of attempts, 0 to 1; null: there were none.')),
          accepted: whole(1_200),
          delivered: whole(1_170),
          failedAttempts: whole(24),
          dead: whole(0, 'Given up, without those that were put on their way again.'),
          at: v.nullable(time('When it was so; null: it has never had an event.')),
        }),
        v.description('As it said so last, at most a minute ago while something moves; figures are of 24 hours.'),
      ),
    }),
    Sample: v.object({
      at: time(),
      request: v.object({
        method: text('POST'),
        url: text('https://example.com/…'),
        headers: headers({ 'content-type': 'application/json' }),
        body: text('{"type":"track"}'),
      }),
      response: v.optional(
        v.object({
          status: whole(503),
          headers: headers({ 'retry-after': '5' }),
          body: text('try later'),
        }),
      ),
      error: v.optional(text('connection refused')),
    }),
    Ledger: v.object({
      accepted: whole(120),
      delivered: whole(110),
      filtered: whole(4),
      pending: whole(5),
      dead: whole(1),
      oldestPendingAt: v.nullable(time()),
    }),
    DeliveryMetrics: v.object({
      sourceId: text('src_4fJk2mQ8'),
      destinationMetadataId: text('webhooks'),
      metrics: v.array(metric),
      hold: v.nullable(
        v.object({ until: v.pipe(v.nullable(time()), v.description('null: without end.')), why: text('http_503') }),
      ),
      breaker: v.nullable(v.object({ failures: whole(5), since: time(), why: text('http_503'), until: time() })),
      slowed: v.nullable(v.object({ rate: v.nullable(fraction(10)), oneWorkerUntil: time() })),
      ownPace: v.pipe(
        v.nullable(v.object({ inFlight: whole(18), limit: whole(48), latencyMs: v.nullable(whole(210)) })),
        v.description('Requests in flight, and at most as far as it has found out; null: its workers are fixed.'),
      ),
      notice: v.nullable(text('It answered 410.')),
      pausedSince: v.nullable(time()),
      failures: v.array(v.object({ at: time(), code: text('http_503'), events: whole(3), ...failure })),
      redriving: flagged(false, 'Dead letters are still being put on their way.'),
      lost: v.pipe(
        v.nullable(v.object({ rows: whole(4_000), events: v.nullable(whole(81_200)), at: time() })),
        v.description('Rows of its source’s log that were lost before it heard of them, and events in them at most.'),
      ),
      figures: v.optional(figures),
    }),
  },
  operations: {
    'GET /api/destinations': {
      id: 'listDestinations',
      summary: 'Lists them, with how each fares.',
      paged: 200,
      query: {
        needsYou: v.optional(
          v.pipe(v.picklist(['true', 'false']), v.description('true: only those in which somebody has to act.')),
        ),
      },
      answer: { schema: v.object({ destinations: v.array(named('Destination')), pagination: paginationAnswer }) },
    },
    'POST /api/destinations': {
      id: 'createDestination',
      summary: 'Makes one, of an integration’s id or slug and a source.',
      about:
        'A name is its own within a source; one that is not given is the integration’s, with a number where that is taken. anyway makes one of a tool that does not run where the source’s devices are.',
      body: {
        schema: newDestination,
        example: {
          sourceId: 'src_4fJk2mQ8',
          metadataId: 'webhooks',
          settings: { urls: ['https://example.com/hooks'] },
          schedule: { delaysSeconds: [0, 60, 600], ageSeconds: 3600 },
        },
        fields: {
          sourceId: 'Whose events it gets.',
          metadataId: 'Id or slug of an integration of the catalogue.',
          ...FIELDS,
          anyway: 'Also where the tool does not run on the source’s devices.',
        },
      },
      answer: { status: 201, schema: destination },
      refusals: {
        404: 'There is no such source or integration.',
        409: 'The name is taken, or the workspace has as many destinations as it may.',
      },
    },
    'GET /api/destinations/:id': { id: 'getDestination', summary: 'Answers one.', answer: { schema: destination } },
    'PATCH /api/destinations/:id': {
      id: 'updateDestination',
      summary: 'Changes it.',
      about: 'Settings that are not named stay; a secret that is sent back as it was shown stays too.',
      body: {
        schema: destinationChanges,
        example: { rate: 20, concurrency: 8, paused: false },
        fields: FIELDS,
      },
      answer: { schema: destination },
      refusals: { 409: 'The name is taken.' },
    },
    'DELETE /api/destinations/:id': {
      id: 'deleteDestination',
      summary: 'Deletes it with what it owes.',
      answer: { schema: success },
      refusals: { 503: 'Its lane did not answer: send it again.' },
    },
    'POST /api/destinations/:id/test': {
      id: 'testDestination',
      summary: 'Sends one event now, as a real one would be sent.',
      about: 'A sample of a type, or an event of your own. Each request and its reply come back; no ledger has them.',
      body: {
        schema: testEvent,
        example: { type: 'track' },
        fields: { type: 'A sample of this; default: track.', event: 'One of your own.' },
        optional: true,
      },
      answer: {
        schema: v.object({
          test: v.object({
            event: anyObject({ type: 'track', event: 'Order Completed', messageId: 'test-1' }),
            requests: v.array(
              v.object({ sample: named('Sample'), outcome, status: v.optional(whole(200)), tookMs: whole(81) }),
            ),
            outcome,
            message: v.optional(text('ok')),
            tookMs: whole(82),
          }),
          meanings,
        }),
      },
    },
    'POST /api/destinations/:id/try-now': {
      id: 'tryNow',
      summary: 'Tries one waiting event now, whatever holds the lane.',
      about: 'In spite of a Retry-After or the breaker; when it arrives, all others follow.',
      answer: { schema: success },
      refusals: { 409: 'Nothing waits, or it is disabled or paused.' },
    },
    'GET /api/destinations/:id/ledger': {
      id: 'getLedger',
      summary: 'Answers its figures since it began, in events.',
      answer: { schema: v.object({ ledger: named('Ledger') }) },
    },
    'GET /api/destinations/:id/delivery-metrics': {
      id: 'getDeliveryMetrics',
      summary: 'Says what holds it and why, its last failures, and figures of a period.',
      query: {
        period: v.pipe(
          v.picklist(PERIODS),
          v.metadata({ description: 'Adds figures, by steps of 1 min, 15 min or 2 h.' }),
        ),
        sourceId: text('src_4fJk2mQ8', 'Where it is given, the destination’s source.'),
      },
      answer: {
        schema: v.object({
          deliveryMetricsSummary: v.object({
            sourceId: text('src_4fJk2mQ8'),
            destinationMetadataId: text('webhooks'),
            metrics: v.array(metric),
          }),
          deliveryMetrics: named('DeliveryMetrics'),
          meanings,
        }),
      },
    },
    'GET /api/destinations/:id/subscriptions': {
      id: 'listSubscriptions',
      summary: 'Lists which actions get which events: there are none to choose yet.',
      paged: 200,
      answer: { schema: v.object({ subscriptions: noneYet, pagination: paginationAnswer }) },
    },
  },
}

export const GROUPS = [DESTINATIONS]

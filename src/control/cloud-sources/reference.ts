import * as v from 'valibot'
import { anyObject, flagged, named, type OperationGroup, success, text, time, whole } from '../operation.ts'
import { cloudConnection } from './input.ts'

const cloud = v.object({ cloud: named('CloudSource') })
const NO_CLOUD = { 404: 'There is no such source.', 409: 'The source is sent to, or not connected.' }

const CLOUD_SOURCES: OperationGroup = {
  name: 'Cloud sources',
  about:
    'Sources that pull: a vendor’s objects, every hour, for warehouses. The source is one of `POST /api/sources` whose `metadataId` is the vendor’s: stripe, zendesk, salesforce. By OAuth’s authorization_code somebody has to sign in at the vendor’s, in the panel.',
  params: { id: text('src_4fJk2mQ8', 'Id of the source.') },
  schemas: {
    CloudSource: v.object({
      vendor: text('stripe'),
      connected: flagged(true),
      allowed: v.nullable(flagged(true, 'By OAuth: there are tokens of this account. Null: it needs none.')),
      settings: v.nullable(anyObject({ apiKey: '••••••••4f1c', address: 'https://api.stripe.com' })),
      collections: v.array(
        v.object({
          name: text('charges'),
          enabled: flagged(true),
          objects: whole(4_000, 'That were read, each as often as it was.'),
          complete: flagged(true, 'It was once read whole; since then what changes is.'),
        }),
      ),
      paused: flagged(false),
      status: v.nullable(named('CloudSourceStatus')),
    }),
    CloudSourceStatus: v.object({
      state: v.picklist(['idle', 'running', 'failing', 'paused']),
      failures: whole(0, 'In a row.'),
      error: v.nullable(v.object({ code: text('key_refused'), words: text('Stripe does not take the API key.') })),
      waiting: v.nullable(
        v.object({ code: text('share_used'), words: text('2600 of the 5000 API calls of 24 hours are used.') }),
      ),
      objects: whole(91_200, 'Since it is there.'),
      calls: whole(940, 'Of the vendor’s API, since it is there.'),
      current: v.nullable(named('CloudSourceRun')),
      last: v.nullable(named('CloudSourceRun')),
      nextAt: v.nullable(time()),
    }),
    CloudSourceRun: v.object({
      id: text('pul_3kTq8'),
      cause: v.picklist(['schedule', 'person', 'settings']),
      startedAt: time(),
      endedAt: v.nullable(time()),
      objects: whole(400),
      calls: whole(9),
      passes: v.object({ done: whole(3), all: whole(20), current: v.nullable(text('charges')) }),
      expected: v.nullable(
        v.object({ read: whole(400, 'Of what is read whole.'), of: whole(9_000, 'About, as the vendor says.') }),
      ),
      problems: v.array(
        v.object({ code: text('no_permission'), words: text('The API key may not read this.'), pass: text('refunds') }),
      ),
    }),
  },
  operations: {
    'GET /api/sources/:id/cloud': {
      id: 'getCloudSource',
      summary: 'How it is connected, and how it stands.',
      answer: { schema: cloud },
      refusals: NO_CLOUD,
    },
    'PUT /api/sources/:id/cloud': {
      id: 'connectCloudSource',
      summary: 'Connects it, or changes how it is connected: what is not named stays.',
      body: {
        schema: cloudConnection,
        example: { settings: { apiKey: 'rk_live_51Hx', address: 'https://api.stripe.com' }, leftOut: ['disputes'] },
        fields: {
          settings: 'As the vendor wants them; a secret that is still masked stays as it is.',
          leftOut: 'Collections that are not pulled.',
          added: 'Collections beside the vendor’s usual ones, as it calls them: objects of Salesforce.',
          paused: 'Whether nothing is pulled.',
        },
      },
      answer: { schema: cloud },
      refusals: NO_CLOUD,
    },
    'DELETE /api/sources/:id/cloud': {
      id: 'disconnectCloudSource',
      summary: 'Forgets its settings; what was pulled stays, in tables too.',
      answer: { schema: success },
      refusals: NO_CLOUD,
    },
    'DELETE /api/sources/:id/cloud/tables': {
      id: 'removeCloudSource',
      summary: 'Disconnects it, and drops its tables in every warehouse.',
      about:
        'Each warehouse does it by a removal. The archive stays, and connected again the source makes its tables anew.',
      answer: {
        schema: v.object({
          removals: v.array(
            v.object({
              warehouseId: text('whs_8sK2'),
              schema: text('stripe'),
              id: text('rmv_3kTq8', 'Of the removal.'),
            }),
          ),
        }),
      },
      refusals: {
        404: 'There is no such source.',
        409: 'The source is sent to, or too much of a warehouse is under way.',
      },
    },
    'POST /api/sources/:id/cloud/validation': {
      id: 'validateCloudSource',
      summary: 'Looks what can be read with the settings that are kept.',
      answer: {
        schema: v.object({
          status: v.picklist(['CONNECTED', 'FAILED']),
          checks: v.array(v.object({ code: text('charges'), ok: flagged(true), words: text('charges can be read.') })),
        }),
      },
      refusals: NO_CLOUD,
    },
    'POST /api/sources/:id/cloud/pull': {
      id: 'pullCloudSource',
      summary: 'Begins a run now, unless one is under way.',
      answer: { schema: v.object({ status: named('CloudSourceStatus') }) },
      refusals: NO_CLOUD,
    },
  },
}

export const GROUPS: readonly OperationGroup[] = [CLOUD_SOURCES]

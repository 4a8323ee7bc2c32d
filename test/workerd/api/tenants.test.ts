import { env } from 'cloudflare:workers'
import { warehouseOf } from '../../../src/wiring.ts'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Objects } from '../../../src/env.ts'
import { ADMIN, call, execution, freshPlatform, send } from '../world.ts'
import {
  ask,
  type DestinationReply,
  type IntegrationReply,
  newCertification,
  otherWorkspace,
  type SourceReply,
} from './client.ts'

/** What the first workspace has: ids to ask for, and names that must be seen nowhere else. */
interface World {
  source: string
  sourceSlug: string
  sourceName: string
  writeKey: string
  destination: string
  destinationName: string
  integration: string
  integrationSlug: string
  integrationName: string
  token: string
  tokenName: string
  messageId: string
  replay: string
  warehouse: string
  backfill: string
  retyping: string
  erasure: string
  removal: string
  labelValue: string
  member: string
  memberEmail: string
  invited: string
  alert: string
  certification: string
}

interface Case {
  path?: (world: World) => string
  body?: (world: World) => unknown
  /** For the other workspace. */
  status: number
  /** For the workspace itself, which shows that the case is a real one. */
  owner: number
}

const RETYPING = { collection: 'pages', property: 'name', type: 'text' }
const own = (status = 200): Case[] => [{ status, owner: status }]
const foreign = (path: (world: World) => string, body?: (world: World) => unknown, owner = 200): Case[] => [
  { path, status: 404, owner, ...(body && { body }) },
]
const anHour = () => ({
  from: new Date(Date.now() - 7_200_000).toISOString(),
  until: new Date(Date.now() - 3_600_000).toISOString(),
  words: 'W',
})
const inTwoDays = () => {
  const at = Math.floor(Date.now() / 3_600_000 + 48) * 3_600_000
  return { startsAt: new Date(at).toISOString(), endsAt: new Date(at + 3_600_000).toISOString() }
}
const source = (world: World) => `/api/sources/${world.source}`
const destination = (world: World) => `/api/destinations/${world.destination}`
const integration = (world: World) => `/api/integrations/${world.integration}`

const certified = (world: World) => `${integration(world)}/certifications`
const warehouse = (world: World) => `/api/warehouses/${world.warehouse}`
const connected = (world: World) => `${warehouse(world)}/connected-sources/${world.source}`

const lastDay = `granularity=hour&startTime=${new Date(Date.now() - 86_400_000).toISOString()}&endTime=${new Date().toISOString()}`
const overview = (name: string, world: World) => `/api/delivery-overview/${name}?sourceId=${world.source}&${lastDay}`
const ended = (name: string, world: World) =>
  `/api/delivery-overview${name}${world.destination}&sourceId=${world.source}&${lastDay}`
const month = `period=${new Date().toISOString().slice(0, 7)}-01`

/** Every route of the API, with what the other workspace gets. Deletions stand last: the owner does all of this too. */
const CASES: Record<string, Case[]> = {
  'GET /api/openapi.json': own(),
  'GET /api': own(),
  'GET /api/audit-events': own(),
  'GET /api/applications': [{ status: 404, owner: 200 }],
  'GET /api/applications/:id': foreign(() => '/api/applications/app_first'),
  'POST /api/applications/:id/decisions': foreign(
    () => '/api/applications/app_first/decisions',
    () => ({ decision: 'ask', words: 'Which?' }),
    201,
  ),
  'POST /api/applications/:id/links': foreign(() => '/api/applications/app_first/links', undefined, 201),
  'GET /api/partners': [{ status: 404, owner: 200 }],
  'GET /api/feedback': [{ status: 404, owner: 200 }],
  'GET /api/programme': [{ status: 404, owner: 200 }],
  'PATCH /api/programme': [{ body: () => ({ promisedDays: 2 }), status: 404, owner: 200 }],
  'GET /api/reviewers': [{ status: 404, owner: 200 }],
  'POST /api/reviewers': [{ body: ({ memberEmail }) => ({ email: memberEmail }), status: 404, owner: 201 }],
  'DELETE /api/reviewers/:id': foreign((world) => `/api/reviewers/${world.member}`),
  'GET /api/sources': own(),
  'POST /api/sources': [
    { body: ({ writeKey }) => ({ slug: 'their-key', writeKey }), status: 409, owner: 409 },
    { body: ({ sourceSlug }) => ({ slug: sourceSlug }), status: 201, owner: 409 },
  ],
  'GET /api/sources/:id': foreign(source),
  'PATCH /api/sources/:id': foreign(source, () => ({ name: 'Taken over', enabled: false })),
  'POST /api/sources/:id/writekey': [
    ...foreign((world) => `${source(world)}/writekey`, undefined, 201),
    ...foreign(
      (world) => `${source(world)}/writekey`,
      () => ({ writeKey: `mine${crypto.randomUUID().slice(0, 8)}` }),
      201,
    ),
  ],
  'GET /api/sources/:id/settings': foreign((world) => `${source(world)}/settings`),
  'PATCH /api/sources/:id/settings': foreign(
    (world) => `${source(world)}/settings`,
    () => ({}),
  ),
  'GET /api/sources/:id/connected-warehouses': foreign((world) => `${source(world)}/connected-warehouses`),
  'POST /api/sources/:id/labels': [
    ...foreign(
      (world) => `${source(world)}/labels`,
      () => ({ labels: [] }),
    ),
    // Of one's own source, the other workspace's label.
    {
      path: () => '/api/sources/src_own/labels',
      body: ({ labelValue }) => ({ labels: [{ key: 'team', value: labelValue }] }),
      status: 400,
      owner: 404,
    },
  ],
  'PUT /api/sources/:id/labels': foreign(
    (world) => `${source(world)}/labels`,
    ({ labelValue }) => ({ labels: [{ key: 'team', value: labelValue }] }),
  ),
  'GET /api/labels': own(),
  'POST /api/labels': [{ body: () => ({ label: { key: 'team', value: 'new' } }), status: 201, owner: 201 }],
  'GET /api/sources/:id/connected-destinations': foreign((world) => `${source(world)}/connected-destinations`),
  'GET /api/sources/:id/events': foreign((world) => `${source(world)}/events`),
  // Its owner hears that it is sent to.
  'GET /api/sources/:id/cloud': foreign((world) => `${source(world)}/cloud`, undefined, 409),
  'PUT /api/sources/:id/cloud': foreign(
    (world) => `${source(world)}/cloud`,
    () => ({ settings: { apiKey: 'rk_1', address: 'https://api.stripe.com' } }),
    409,
  ),
  'DELETE /api/sources/:id/cloud': foreign((world) => `${source(world)}/cloud`, undefined, 409),
  'DELETE /api/sources/:id/cloud/tables': foreign((world) => `${source(world)}/cloud/tables`, undefined, 409),
  'POST /api/sources/:id/cloud/validation': foreign((world) => `${source(world)}/cloud/validation`, undefined, 409),
  'POST /api/sources/:id/cloud/pull': foreign((world) => `${source(world)}/cloud/pull`, undefined, 409),
  'GET /api/sources/:id/schema': foreign((world) => `${source(world)}/schema`),
  'GET /api/sources/:id/schema/event': foreign((world) => `${source(world)}/schema/event?type=track&name=E`),
  'GET /api/delivery-overview/successfully-received': foreign((world) => overview('successfully-received', world)),
  'GET /api/delivery-overview/failed-on-ingest': foreign((world) => overview('failed-on-ingest', world)),
  'GET /api/delivery-overview/filtered-at-source': foreign((world) => overview('filtered-at-source', world)),
  'GET /api/delivery-overview': foreign((world) => ended('?destinationId=', world)),
  'GET /api/delivery-overview/filtered-at-destination': foreign((world) =>
    ended('/filtered-at-destination?destinationConfigId=', world),
  ),
  'GET /api/delivery-overview/failed-delivery': foreign((world) =>
    ended('/failed-delivery?destinationConfigId=', world),
  ),
  'GET /api/delivery-overview/successful-delivery': foreign((world) =>
    ended('/successful-delivery?destinationConfigId=', world),
  ),
  'GET /api/usage/api-calls/daily': own().map((one) => ({ ...one, path: () => `/api/usage/api-calls/daily?${month}` })),
  'GET /api/usage/api-calls/sources/daily': own().map((one) => ({
    ...one,
    path: () => `/api/usage/api-calls/sources/daily?${month}`,
  })),
  'GET /api/usage/mtu/daily': own().map((one) => ({ ...one, path: () => `/api/usage/mtu/daily?${month}` })),
  'GET /api/usage/mtu/sources/daily': own().map((one) => ({
    ...one,
    path: () => `/api/usage/mtu/sources/daily?${month}`,
  })),
  'GET /api/sources/:id/counters': foreign((world) => `${source(world)}/counters`),

  'GET /api/catalog/sources': own(),
  'GET /api/catalog/sources/:id': [{ path: () => '/api/catalog/sources/http-api', status: 200, owner: 200 }],
  'GET /api/catalog/destinations': own(),
  'GET /api/catalog/destinations/:id': [
    ...foreign((world) => `/api/catalog/destinations/${world.integration}`),
    ...foreign((world) => `/api/catalog/destinations/${world.integrationSlug}`),
  ],
  'GET /api/catalog/warehouses': own(),
  'GET /api/catalog/warehouses/:id': [{ path: () => '/api/catalog/warehouses/postgres', status: 200, owner: 200 }],

  'POST /api/integrations': [
    {
      body: ({ integrationSlug }) => ({ slug: integrationSlug, name: 'X', endpoint: 'https://x.example.com/' }),
      status: 409,
      owner: 409,
    },
  ],
  'POST /api/integrations/manifest': [
    {
      body: ({ integrationSlug }) => ({
        manifestVersion: 1,
        slug: integrationSlug,
        name: 'X',
        endpoint: 'https://x.example.com/',
      }),
      status: 409,
      owner: 200,
    },
  ],
  'GET /api/integrations/:id/manifest': foreign((world) => `${integration(world)}/manifest`),
  'PATCH /api/integrations/:id': foreign(integration, () => ({ endpoint: 'https://thief.example.com/' })),
  'GET /api/integrations/:id/lifecycle': foreign((world) => `${integration(world)}/lifecycle`),
  'POST /api/integrations/:id/lifecycle': foreign(
    (world) => `${integration(world)}/lifecycle`,
    () => ({ act: 'submit' }),
    409,
  ),
  'GET /api/integrations/:id/clients': foreign((world) => `${integration(world)}/clients`),
  'POST /api/integrations/:id/clients': foreign(
    (world) => `${integration(world)}/clients`,
    () => ({ name: 'Mine', redirectUris: ['https://thief.example.com/'] }),
    201,
  ),
  'PATCH /api/integrations/:id/clients/:clientId': foreign(
    (world) => `${integration(world)}/clients/cli_first`,
    () => ({ redirectUris: ['https://thief.example.com/'] }),
  ),
  'POST /api/integrations/:id/clients/:clientId/secret': foreign(
    (world) => `${integration(world)}/clients/cli_first/secret`,
    undefined,
    201,
  ),
  'GET /api/destinations/:id/grants': foreign((world) => `${destination(world)}/grants`),
  'DELETE /api/destinations/:id/grants/:grantId': foreign((world) => `${destination(world)}/grants/gnt_first`),
  'DELETE /api/integrations/:id/clients/:clientId': foreign((world) => `${integration(world)}/clients/cli_first`),
  'GET /api/stories': [{ status: 404, owner: 200 }],
  'GET /api/integrations/:id/quotable-figures': foreign((world) => `${integration(world)}/quotable-figures`),
  'GET /api/destinations/:id/shared-stream': foreign((world) => `${destination(world)}/shared-stream`, undefined, 404),
  'DELETE /api/destinations/:id/shared-stream': foreign(
    (world) => `${destination(world)}/shared-stream`,
    undefined,
    404,
  ),
  'POST /api/shared-streams': [
    { body: ({ source: sourceId }) => ({ token: 'nothing', sourceId }), status: 404, owner: 404 },
  ],
  // For the tokens of clients alone.
  'GET /api/granted-destination': own(401),
  'PATCH /api/granted-destination': [{ body: () => ({ enabled: false }), status: 401, owner: 401 }],
  'GET /api/integrations/:id/beta-links': foreign((world) => `${integration(world)}/beta-links`),
  'POST /api/integrations/:id/beta-links': foreign(
    (world) => `${integration(world)}/beta-links`,
    () => ({ label: 'Mine' }),
    409,
  ),
  'DELETE /api/integrations/:id/beta-links/:linkId': foreign((world) => `${integration(world)}/beta-links/bta_first`),
  'POST /api/beta-guests': [{ body: () => ({ token: 'nothing' }), status: 404, owner: 404 }],
  'GET /api/integrations/:id/versions': foreign((world) => `${integration(world)}/versions`),
  'GET /api/integrations/:id/versions/:number': foreign((world) => `${integration(world)}/versions/1`),
  'POST /api/integrations/:id/versions/:number/submit': foreign(
    (world) => `${integration(world)}/versions/1/submit`,
    () => undefined,
    409,
  ),
  'POST /api/integrations/:id/versions/:number/revert': foreign(
    (world) => `${integration(world)}/versions/1/revert`,
    () => undefined,
    409,
  ),
  'DELETE /api/integrations/:id/versions/:number': foreign(
    (world) => `${integration(world)}/versions/1`,
    () => undefined,
    409,
  ),
  'GET /api/submissions/:id/versions': foreign(({ integration: id }) => `/api/submissions/${id}/versions`),
  'GET /api/submissions/:id/versions/:number': foreign(({ integration: id }) => `/api/submissions/${id}/versions/1`),
  'POST /api/submissions/:id/versions/:number/revert': foreign(
    ({ integration: id }) => `/api/submissions/${id}/versions/1/revert`,
    () => ({ words: 'Mine.' }),
    409,
  ),
  'GET /api/integrations/:id/customers': foreign((world) => `${integration(world)}/customers`),
  'GET /api/submissions/:id/customers': foreign(({ integration: id }) => `/api/submissions/${id}/customers`),
  'GET /api/destinations/:id/consent': foreign((world) => `${destination(world)}/consent`),
  'PATCH /api/destinations/:id/consent': foreign(
    (world) => `${destination(world)}/consent`,
    () => ({ named: true }),
    409,
  ),
  'GET /api/integrations/:id/growth': foreign((world) => `${integration(world)}/growth`),
  'GET /api/integrations/:id/growth/samples': foreign((world) => `${integration(world)}/growth/samples`),
  'GET /api/integrations/:id/quality': foreign((world) => `${integration(world)}/quality`),
  'GET /api/integrations/:id/quality/days.ndjson': foreign((world) => `${integration(world)}/quality/days.ndjson`),
  'GET /api/integrations/:id/quality/days.csv': foreign((world) => `${integration(world)}/quality/days.csv`),
  'POST /api/integrations/:id/maintenance': foreign((world) => `${integration(world)}/maintenance`, inTwoDays, 201),
  'DELETE /api/integrations/:id/maintenance/:windowId': foreign(
    (world) => `${integration(world)}/maintenance/nothing`,
    undefined,
    404,
  ),
  'GET /api/submissions/:id/growth': foreign(({ integration: id }) => `/api/submissions/${id}/growth`),
  'GET /api/submissions/:id/quality': foreign(({ integration: id }) => `/api/submissions/${id}/quality`),
  'GET /api/destinations/:id/settings.json': foreign((world) => `${destination(world)}/settings.json`),
  'GET /api/integrations/:id/return': foreign((world) => `${integration(world)}/return`),
  'POST /api/integrations/:id/return': foreign((world) => `${integration(world)}/return`, undefined, 201),
  'GET /api/integrations/:id/replay-requests': foreign((world) => `${integration(world)}/replay-requests`),
  'POST /api/integrations/:id/replay-requests': foreign(
    (world) => `${integration(world)}/replay-requests`,
    anHour,
    201,
  ),
  'DELETE /api/integrations/:id/replay-requests/:ask': foreign(
    (world) => `${integration(world)}/replay-requests/nothing`,
    undefined,
    404,
  ),
  'GET /api/destinations/:id/replay-requests': foreign((world) => `${destination(world)}/replay-requests`),
  'POST /api/destinations/:id/replay-requests/:ask': foreign(
    (world) => `${destination(world)}/replay-requests/nothing`,
    () => ({ agreed: true }),
    404,
  ),
  'GET /api/quality': [{ status: 404, owner: 200 }],
  'GET /api/submissions': [{ status: 404, owner: 200 }],
  'GET /api/submissions/:id': foreign(({ integration: id }) => `/api/submissions/${id}`),
  'POST /api/submissions/:id/decisions': foreign(
    ({ integration: id }) => `/api/submissions/${id}/decisions`,
    () => ({ act: 'accept', words: 'Well.' }),
    409,
  ),

  'GET /api/destinations': own(),
  'POST /api/destinations': [
    {
      body: (world) => ({
        sourceId: world.source,
        metadataId: 'webhooks',
        settings: { urls: ['https://thief.example.com/'] },
      }),
      status: 404,
      owner: 201,
    },
    {
      // Into a source of one's own, but with an integration that the other workspace has not published.
      body: ({ integration }) => ({ sourceId: 'src_own', metadataId: integration, settings: { apiKey: 'k' } }),
      status: 404,
      owner: 404,
    },
  ],
  'GET /api/destinations/:id': foreign(destination),
  'PATCH /api/destinations/:id': [
    ...foreign(destination, () => ({ enabled: false })),
    ...foreign(destination, () => ({ settings: { urls: ['https://thief.example.com/'] } })),
  ],
  'GET /api/destinations/:id/ledger': foreign((world) => `${destination(world)}/ledger`),
  'GET /api/destinations/:id/delivery-metrics': foreign((world) => `${destination(world)}/delivery-metrics`),
  'GET /api/destinations/:id/subscriptions': foreign((world) => `${destination(world)}/subscriptions`),
  'GET /api/destinations/:id/dead-letters': foreign((world) => `${destination(world)}/dead-letters`),
  'GET /api/destinations/:id/dead-letters.ndjson': foreign((world) => `${destination(world)}/dead-letters.ndjson`),
  'GET /api/destinations/:id/redrives': foreign((world) => `${destination(world)}/redrives`),
  'GET /api/replays/:id/dead-letters': foreign(({ replay }) => `/api/replays/${replay}/dead-letters`),
  'GET /api/replays/:id/dead-letters.ndjson': foreign(({ replay }) => `/api/replays/${replay}/dead-letters.ndjson`),
  'GET /api/replays/:id/redrives': foreign(({ replay }) => `/api/replays/${replay}/redrives`),
  'PATCH /api/replays/:id/redrives/:redrive': foreign(
    ({ replay }) => `/api/replays/${replay}/redrives/1`,
    () => ({ state: 'cancelled' }),
    404,
  ),
  'POST /api/replays/:id/dead-letters/redrive': foreign(
    ({ replay }) => `/api/replays/${replay}/dead-letters/redrive`,
    () => ({ all: true }),
  ),
  'GET /api/alerts': own(),
  'GET /api/alerts/:id': foreign(({ alert }) => `/api/alerts/${alert}`),
  'PATCH /api/alerts/:id': foreign(
    ({ alert }) => `/api/alerts/${alert}`,
    () => ({ state: 'closed' }),
  ),
  'GET /api/alert-rules': own(),
  'PATCH /api/alert-rules': [{ body: () => ({ mail: false }), status: 200, owner: 200 }],
  'GET /api/warehouses': own(),
  'POST /api/warehouses': [{ body: () => ({ metadataId: 'none' }), status: 404, owner: 404 }],
  'POST /api/warehouses/validation': [{ body: () => ({ metadataId: 'none', settings: {} }), status: 404, owner: 404 }],
  'GET /api/warehouses/:id': foreign(warehouse),
  'PATCH /api/warehouses/:id': foreign(warehouse, () => ({ name: 'Theirs' })),
  'GET /api/warehouses/:id/connection-state': foreign((world) => `${warehouse(world)}/connection-state`),
  'GET /api/warehouses/:id/status': foreign((world) => `${warehouse(world)}/status`),
  'GET /api/warehouses/:id/connected-sources': foreign((world) => `${warehouse(world)}/connected-sources`),
  'POST /api/warehouses/:id/connected-sources/:sourceId': foreign(connected, undefined, 201),
  'GET /api/warehouses/:id/connected-sources/:sourceId/syncs': foreign((world) => `${connected(world)}/syncs`),
  'GET /api/warehouses/:id/connected-sources/:sourceId/selective-syncs': foreign(
    (world) => `${connected(world)}/selective-syncs`,
  ),
  'PATCH /api/warehouses/:id/selective-sync': foreign(
    (world) => `${warehouse(world)}/selective-sync`,
    (world) => ({ syncOverrides: [{ sourceId: world.source, collection: 'tracks', enabled: false }] }),
  ),
  'GET /api/warehouses/:id/advanced-sync-schedule': foreign((world) => `${warehouse(world)}/advanced-sync-schedule`),
  'PUT /api/warehouses/:id/advanced-sync-schedule': foreign(
    (world) => `${warehouse(world)}/advanced-sync-schedule`,
    () => ({ enabled: false }),
  ),
  // It is disabled, which only the workspace itself is told.
  'POST /api/warehouses/:id/sync': foreign((world) => `${warehouse(world)}/sync`, undefined, 409),
  'GET /api/warehouses/:id/syncs': foreign((world) => `${warehouse(world)}/syncs`),
  'GET /api/warehouses/:id/syncs/:sync': foreign((world) => `${warehouse(world)}/syncs/syn_none`, undefined, 404),
  'GET /api/warehouses/:id/tables': foreign((world) => `${warehouse(world)}/tables`),
  'GET /api/warehouses/:id/backfills': foreign((world) => `${warehouse(world)}/backfills`),
  'POST /api/warehouses/:id/backfills': foreign(
    (world) => `${warehouse(world)}/backfills`,
    (world) => ({ sourceId: world.source }),
    201,
  ),
  'GET /api/warehouses/:id/backfills/:job': foreign((world) => `${warehouse(world)}/backfills/${world.backfill}`),
  'DELETE /api/warehouses/:id/backfills/:job': foreign((world) => `${warehouse(world)}/backfills/${world.backfill}`),
  'GET /api/warehouses/:id/retypings': foreign((world) => `${warehouse(world)}/retypings`),
  'POST /api/warehouses/:id/retypings': foreign(
    (world) => `${warehouse(world)}/retypings`,
    (world) => ({ ...RETYPING, sourceId: world.source }),
    201,
  ),
  'GET /api/warehouses/:id/retypings/:job': foreign((world) => `${warehouse(world)}/retypings/${world.retyping}`),
  'DELETE /api/warehouses/:id/retypings/:job': foreign((world) => `${warehouse(world)}/retypings/${world.retyping}`),
  'GET /api/warehouses/:id/erasures': foreign((world) => `${warehouse(world)}/erasures`),
  'POST /api/warehouses/:id/erasures': foreign(
    (world) => `${warehouse(world)}/erasures`,
    () => ({ userIds: ['u'] }),
    201,
  ),
  'GET /api/warehouses/:id/erasures/:job': foreign((world) => `${warehouse(world)}/erasures/${world.erasure}`),
  'GET /api/warehouses/:id/removals': foreign((world) => `${warehouse(world)}/removals`),
  'GET /api/warehouses/:id/removals/:job': foreign((world) => `${warehouse(world)}/removals/${world.removal}`),
  'DELETE /api/warehouses/:id/connected-sources/:sourceId': foreign(connected),
  'DELETE /api/warehouses/:id': foreign(warehouse),
  'GET /api/certification-checks': own(),
  'GET /api/integrations/:id/certifications': foreign(certified),
  'POST /api/integrations/:id/certifications': foreign(certified, () => ({ settings: { apiKey: 'k' } }), 201),
  'POST /api/integrations/:id/test-calls': foreign(
    (world) => `${integration(world)}/test-calls`,
    () => ({ call: 'track', settings: { apiKey: 'k' } }),
  ),
  'GET /api/integrations/:id/certifications/:run': foreign((world) => `${certified(world)}/${world.certification}`),
  'GET /api/replays': own(),
  'POST /api/replays': [
    {
      body: ({ source, destination }) => ({
        sourceId: source,
        destinationId: destination,
        from: '2026-01-01T00:00:00Z',
      }),
      status: 404,
      owner: 201,
    },
  ],
  'GET /api/replays/:id': foreign(({ replay }) => `/api/replays/${replay}`),
  'PATCH /api/replays/:id': foreign(
    ({ replay }) => `/api/replays/${replay}`,
    () => ({ share: 0.5 }),
  ),
  // Nothing was sent again there, so there is nothing to end: what another workspace is told must not differ.
  'PATCH /api/destinations/:id/redrives/:redrive': foreign(
    (world) => `${destination(world)}/redrives/1`,
    () => ({ state: 'cancelled' }),
    404,
  ),
  'POST /api/destinations/:id/dead-letters/redrive': foreign(
    (world) => `${destination(world)}/dead-letters/redrive`,
    () => ({ all: true }),
  ),

  'POST /api/destinations/:id/test': foreign(
    (world) => `${destination(world)}/test`,
    () => ({ event: { type: 'track', userId: 'u', event: 'E' } }),
  ),

  // Nothing waits there, which only the workspace itself is told.
  'POST /api/destinations/:id/try-now': foreign((world) => `${destination(world)}/try-now`, undefined, 409),

  'GET /api/events/:messageId': [
    ...foreign((world) => `/api/events/${world.messageId}`),
    ...foreign((world) => `/api/events/${world.messageId}?source=${world.source}`),
  ],

  'GET /api/events': foreign((world) => `/api/events?messageId=${world.messageId}`),
  'GET /api/events/volume': [
    { path: () => `/api/events/volume?${lastDay}`, status: 200, owner: 200 },
    ...foreign((world) => `/api/events/volume?${lastDay}&sourceId=${world.source}`),
  ],

  // Of the whole deployment, and so only for the workspace that runs it.
  'POST /api/recovery': [{ status: 404, owner: 200 }],
  'POST /api/sign-in-links': [{ status: 404, owner: 201 }],
  'GET /api/recovery/parked': [{ status: 404, owner: 200 }],
  'POST /api/recovery/parked/:accept': [{ path: () => '/api/recovery/parked/none', status: 404, owner: 404 }],

  'GET /api/echo': [{ path: () => '/api/echo?message=hello', status: 200, owner: 200 }],
  'GET /api/roles': own(),
  'GET /api/users': own(),
  'GET /api/users/:id': foreign(({ member }) => `/api/users/${member}`),
  'POST /api/users/:id/permissions': foreign(
    ({ member }) => `/api/users/${member}/permissions`,
    () => ({ permissions: [{ roleId: 'owner' }] }),
  ),
  'PUT /api/users/:id/permissions': [
    ...foreign(
      ({ member }) => `/api/users/${member}/permissions`,
      () => ({ permissions: [{ roleId: 'member' }] }),
    ),
    // A right to the other workspace's source.
    {
      path: ({ member }) => `/api/users/${member}/permissions`,
      body: ({ source }) => ({
        permissions: [{ roleId: 'source-admin', resources: [{ id: source, type: 'SOURCE' }] }],
      }),
      status: 400,
      owner: 200,
    },
  ],
  'GET /api/invites': own(),
  'POST /api/invites': [
    {
      body: () => ({ invites: [{ email: 'new@example.com', permissions: [{ roleId: 'member' }] }] }),
      status: 201,
      owner: 201,
    },
  ],
  'DELETE /api/invites': foreign(({ invited }) => `/api/invites?emails[0]=${invited}`),
  'DELETE /api/users': foreign(({ member }) => `/api/users?userIds[0]=${member}`),
  'DELETE /api/labels/:key/:value': foreign(({ labelValue }) => `/api/labels/team/${labelValue}`),

  'GET /api/tokens': own(),
  'POST /api/tokens': [{ body: () => ({ name: 'mine' }), status: 201, owner: 201 }],

  'DELETE /api/tokens/:id': foreign((world) => `/api/tokens/${world.token}`),
  'DELETE /api/sources/:id/writekey/:writeKey': foreign((world) => `${source(world)}/writekey/${world.writeKey}`),
  'GET /api/write-keys/:key': foreign((world) => `/api/write-keys/${world.writeKey}`),
  'POST /api/write-keys/:key/give': foreign(
    (world) => `/api/write-keys/${world.writeKey}/give`,
    (world) => ({ sourceId: world.source, note: 'Moved.' }),
  ),
  'POST /api/write-keys/:key/release': foreign(
    (world) => `/api/write-keys/${world.writeKey}/release`,
    () => ({ note: 'Not theirs.' }),
  ),
  'DELETE /api/destinations/:id': foreign(destination),
  'DELETE /api/sources/:id': foreign(source),
}

/** Durable Objects that the other workspace's requests open. */
const opened: string[] = []
const watched = <R>(namespace: Objects<R>): Objects<R> => ({
  getByName: (name) => {
    opened.push(name)
    return namespace.getByName(name)
  },
})

const mine = freshPlatform()
const theirs = freshPlatform({ env: { LANE: watched(env.LANE), INTAKE: watched(env.INTAKE) } })
let world: World
let other = { id: '', headers: {} }

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
  const made = await ask<{ source: SourceReply }>(mine, 'POST', '/api/sources', {
    slug: 'first-source-slug',
    name: 'First source name',
    writeKey: 'first_write_key',
  })
  const direct = await ask<{ integration: IntegrationReply }>(mine, 'POST', '/api/integrations', {
    slug: 'first-integration-slug',
    name: 'First integration name',
    endpoint: 'https://first.example.com/in',
  })
  await env.DB.prepare(
    `INSERT INTO integration_versions (integration_id, number, state, content, docs, logo, logo_type, mark, mark_type, certified_version, created_at, edited_at)
     SELECT id, 1, 'live', json_object('name', name, 'fields', json(fields), 'supports', json(supports)), '', '', '', '', '', 1, 0, 0 FROM integrations WHERE id = ?`,
  )
    .bind(direct.integration.id)
    .run()
  const to = await ask<{ destination: DestinationReply }>(mine, 'POST', '/api/destinations', {
    sourceId: made.source.id,
    metadataId: 'webhooks',
    name: 'First destination name',
    settings: { urls: ['https://first-hooks.example.com/in'] },
  })
  const token = await ask<{ token: { id: string } }>(mine, 'POST', '/api/tokens', { name: 'First token name' })
  world = {
    source: made.source.id,
    sourceSlug: 'first-source-slug',
    sourceName: 'First source name',
    writeKey: 'first_write_key',
    destination: to.destination.id,
    destinationName: 'First destination name',
    integration: direct.integration.id,
    integrationSlug: 'first-integration-slug',
    integrationName: 'First integration name',
    token: token.token.id,
    tokenName: 'First token name',
    messageId: 'first_message_id',
    replay: '',
    warehouse: '',
    backfill: '',
    retyping: '',
    erasure: '',
    removal: 'rmv_mine',
    certification: '',
    labelValue: 'first-label-value',
    member: 'usr_first_member',
    memberEmail: 'first-member@example.com',
    invited: 'first-invited@example.com',
    alert: 'alt_first',
  }
  world.certification = await newCertification(mine, world.integration, { apiKey: 'k' })
  const event = { writeKey: world.writeKey, userId: 'u', event: 'E', messageId: world.messageId }
  await send(mine, '/v1/track', { body: JSON.stringify(event) })
  await vi.waitFor(() => ask(mine, 'GET', `/api/events/${world.messageId}`), { timeout: 10_000 })
  const order = { sourceId: world.source, destinationId: world.destination, from: '2026-01-01T00:00:00Z', dryRun: true }
  world.replay = (await ask<{ replay: { id: string } }>(mine, 'POST', '/api/replays', order)).replay.id
  const settings = { host: 'db.example.com', database: 'd', username: 'u', password: 'p' }
  const wanted = { metadataId: 'postgres', enabled: false, settings }
  const { warehouse } = await ask<{ warehouse: { id: string } }>(mine, 'POST', '/api/warehouses', wanted)
  const below = `/api/warehouses/${warehouse.id}`
  await ask(mine, 'POST', `${below}/connected-sources/${world.source}`)
  const { backfill } = await ask<{ backfill: { id: string } }>(mine, 'POST', `${below}/backfills`, {
    sourceId: world.source,
  })
  const { retyping } = await ask<{ retyping: { id: string } }>(mine, 'POST', `${below}/retypings`, {
    ...RETYPING,
    sourceId: world.source,
  })
  const { erasure } = await ask<{ erasure: { id: string } }>(mine, 'POST', `${below}/erasures`, { userIds: ['u'] })
  const removal = { kind: 'removal' as const, sourceId: world.source, schema: 'shop', collections: [] }
  await warehouseOf(env, warehouse.id).order(world.removal, removal)
  Object.assign(world, { warehouse: warehouse.id, backfill: backfill.id, retyping: retyping.id, erasure: erasure.id })
  await ask(mine, 'POST', '/api/labels', { label: { key: 'team', value: world.labelValue } })
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, 'First member name', ?, 1, 0, 0)",
    ).bind(world.member, world.memberEmail),
    env.DB.prepare(
      "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES ('ws_first', ?, 'member', '[]', 0)",
    ).bind(world.member),
    env.DB.prepare(
      "INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, due_at, created_at) VALUES ('app_first', 'First company name', 'first', 'https://a.example/', 'first@a.example', 'direct', 'u', 'd', '', 'waiting', 0, 0, 0)",
    ),
    env.DB.prepare(
      "INSERT INTO beta_links (hash, id, integration_id, label, most, created_at, expires_at) VALUES ('hash-first', 'bta_first', ?, 'First', 1, 0, 4000000000000)",
    ).bind(world.integration),
    env.DB.prepare(
      "INSERT INTO oauth_clients (id, workspace_id, integration_id, name, redirect_uris, secret_hash, created_at) VALUES ('cli_first', 'ws_first', ?, 'First client name', '[]', 'hash', 0)",
    ).bind(world.integration),
    env.DB.prepare(
      "INSERT INTO oauth_grants (id, workspace_id, client_id, destination_id, allowed_by, created_at) VALUES ('gnt_first', 'ws_first', 'cli_first', ?, ?, 0)",
    ).bind(world.destination, world.member),
  ])
  const invites = [{ email: world.invited, permissions: [{ roleId: 'member' }] }]
  await ask(mine, 'POST', '/api/invites', { invites })
  other = await otherWorkspace()
  await env.DB.prepare(
    "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES ('alt_first', 'ws_first', 'dead_letters', ?, 'First destination name', '{}', 0)",
  )
    .bind(world.destination)
    .run()
  await env.DB.prepare(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES ('src_own', ?, 'own', 'own', 'http-api', 1, 0, 0)",
  )
    .bind(other.id)
    .run()
}, 20_000)

/** All that belongs to the first workspace in D1. */
async function rows(): Promise<unknown> {
  const tables = [
    'sources',
    'destinations',
    'integrations',
    'api_tokens',
    'workspaces',
    'labels',
    'members',
    'invites',
    'oauth_clients',
    'oauth_grants',
  ]
  const queries = tables.map((table) => {
    const column = table === 'workspaces' ? 'id' : 'workspace_id'
    return env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = 'ws_first' ORDER BY 1, 2, 3`)
  })
  const keys = env.DB.prepare(
    "SELECT * FROM write_keys WHERE source_id IN (SELECT id FROM sources WHERE workspace_id = 'ws_first') ORDER BY key",
  )
  return (await env.DB.batch([...queries, keys])).map(({ results }) => results)
}

const routes = () =>
  mine.http.routes
    .filter(({ method, path }) => path.startsWith('/api') && !(method === 'ALL' && path === '/api/*'))
    .map(({ method, path }) => `${method} ${path}`)

it('has a case for every route, and no other', () => {
  expect(Object.keys(CASES).toSorted()).toEqual([...new Set(routes())].toSorted())
})

const all = Object.entries(CASES).flatMap(([route, cases]) =>
  cases.map((one, index): [string, number, Case] => [route, index, one]),
)

describe('another workspace', () => {
  it.each(all)('gets and changes nothing by %s (%i)', async (route, _, { path, body, status }) => {
    const [method = '', plain = ''] = route.split(' ')
    const url = path?.(world) ?? plain
    const sent = body?.(world)
    const before = await rows()
    opened.length = 0
    const reply = await call(theirs, method, url, sent, other.headers)
    expect(reply.status).toBe(status)
    // A refusal may repeat what was asked for, and no more than that.
    const asked = url + JSON.stringify(sent ?? '')
    const leaked = Object.values(world).filter(
      (text: string) => !asked.includes(text) && JSON.stringify(reply.json).includes(text),
    )
    expect(leaked).toEqual([])
    expect(JSON.stringify(reply.json)).not.toContain('ws_first')
    expect(await rows()).toEqual(before)
    expect(opened.filter((name) => Object.values(world).includes(name))).toEqual([])
  })

  it('gets tokens for itself only', async () => {
    const { token } = await ask<{ token: { token: string } }>(
      theirs,
      'POST',
      '/api/tokens',
      { name: 'x' },
      other.headers,
    )
    const headers = { Authorization: `Bearer ${token.token}` }
    const workspace = { id: other.id, slug: other.id, name: other.id, first: false, sandbox: false }
    expect(await ask(theirs, 'GET', '/api', undefined, headers)).toEqual({ workspace })
  })

  it('may have a source of the same slug', async () => {
    const { sources } = await ask<{ sources: SourceReply[] }>(theirs, 'GET', '/api/sources', undefined, other.headers)
    expect(sources.map(({ slug }) => slug).toSorted()).toEqual(['first-source-slug', 'own'])
    expect(sources.map(({ id }) => id)).not.toContain(world.source)
  })
})

describe('the workspace itself', () => {
  it.each(all)('may do %s (%i)', async (route, _, { path, body, owner }) => {
    const [method = '', plain = ''] = route.split(' ')
    const sent = body?.(world)
    const headers = { ...ADMIN, 'Content-Type': 'application/json' }
    const init = { method, headers, ...(sent !== undefined && { body: JSON.stringify(sent) }) }
    const reply = await mine.http.fetch(
      new Request(`https://sluice.test${path?.(world) ?? plain}`, init),
      env,
      execution(),
    )
    // Not all answers are JSON.
    const text = new TextDecoder().decode(await reply.arrayBuffer())
    expect([reply.status, reply.status === owner ? '' : text]).toEqual([owner, ''])
  })
})

import type { World } from './world.ts'

/**
 * Who may call a route: `open` anybody; `person` whoever is signed in; `read` every role; `write` owners and members;
 * `own` these, and source admins with a granted source; `owner` owners; `deployment` owners of the first workspace;
 * `review` these and reviewers.
 */
export type Who = 'open' | 'person' | 'read' | 'write' | 'own' | 'owner' | 'deployment' | 'review'

export interface Route {
  who: Who
  path?: (world: World) => string
  /** Of the API as JSON, of the panel as a form. */
  body?: (world: World) => Record<string, unknown>
  /** What somebody gets whom the guard lets through; default: anything under 400. */
  status?: number
  /** What an owner of another workspace gets with this one's ids; default: 404 where the path names one. */
  foreign?: number
  /** What the audit trail calls it; default: nothing is written. */
  audit?: string
  /** The session does not outlive it. */
  ends?: true
}

const anybody = () => `${crypto.randomUUID().slice(0, 8)}@example.com`
const fresh = () => `Programme ${crypto.randomUUID().slice(0, 8)}`
const source = (rest = '') => ({ path: (w: World) => `/sources/${w.source}${rest}` })
const destination = (rest = '') => ({ path: (w: World) => `/destinations/${w.destination}${rest}` })
const replay = (rest = '') => ({ path: (w: World) => `/replays/${w.replay}${rest}` })
const warehouse = (rest = '') => ({ path: (w: World) => `/warehouses/${w.warehouse}${rest}` })
const postgres = { host: 'db.example.com', database: 'd', username: 'u', password: 'p' }
const api = ({ path }: { path: (w: World) => string }) => ({ path: (w: World) => `/api${path(w)}` })
/** A day that is kept. */
const lastDay = () =>
  `granularity=hour&startTime=${new Date(Date.now() - 86_400_000).toISOString()}&endTime=${new Date().toISOString()}`
const overview = (name: string) => ({
  path: (w: World) => `/api/delivery-overview/${name}?sourceId=${w.source}&${lastDay()}`,
  foreign: 404,
})
const ended = (name: string) => ({
  path: (w: World) =>
    `/api/delivery-overview${name}destination${name === '?' ? 'Id' : 'ConfigId'}=${w.destination}&${lastDay()}`,
  foreign: 404,
})
const person = (rest = '') => ({ path: (w: World) => `/people/${w.member}${rest}` })
const sourceName = (w: World) => w.names[0]
const destinationName = (w: World) => w.names[1]

/** Every route behind the guard, in words of its own: the test compares them with the router and with what happens. */
export const ROUTES: Record<string, Route> = {
  'GET /healthz': { who: 'open' },

  'GET /api/applications': { who: 'review' },
  'GET /api/applications/:id': { who: 'review', path: (w) => `/api/applications/${w.application}` },
  'POST /api/applications/:id/decisions': {
    who: 'review',
    path: (w) => `/api/applications/${w.application}/decisions`,
    body: () => ({ decision: 'ask', words: 'Which events?' }),
    audit: 'Application Decided',
  },
  'POST /api/applications/:id/links': {
    who: 'review',
    path: (w) => `/api/applications/${w.application}/links`,
    audit: 'Application Link Created',
  },
  'GET /applications': { who: 'review' },
  'GET /applications/:id': { who: 'review', path: (w) => `/applications/${w.application}` },
  'POST /applications/:id': {
    who: 'review',
    path: (w) => `/applications/${w.application}`,
    body: () => ({ decision: 'decline', words: 'Not yet.' }),
    audit: 'Application Decided',
  },
  'POST /applications/:id/links': {
    who: 'review',
    path: (w) => `/applications/${w.application}/links`,
    audit: 'Application Link Created',
  },
  'POST /partners/status/:token/sign-in': { who: 'open', path: () => '/partners/status/nothing/sign-in', status: 404 },
  'GET /api/partners': { who: 'review' },
  'GET /api/programme': { who: 'review' },
  'PATCH /api/programme': { who: 'deployment', body: () => ({ name: fresh() }), audit: 'Programme Modified' },
  'GET /programme': { who: 'deployment' },
  'POST /programme': {
    who: 'deployment',
    body: () => ({ name: fresh(), promisedDays: '2' }),
    audit: 'Programme Modified',
  },
  'GET /programme/logo/:version': { who: 'open', path: () => '/programme/logo/1', status: 404 },
  'GET /programme/colours/:version': { who: 'open', path: () => '/programme/colours/1.css' },
  'GET /partners/apply': { who: 'open' },
  'POST /partners/apply': { who: 'open', body: () => ({ company: '' }), status: 422 },
  'GET /partners/confirm/:token': { who: 'open', path: () => '/partners/confirm/nothing', status: 410 },
  'POST /partners/confirm/:token': { who: 'open', path: () => '/partners/confirm/nothing', status: 410 },
  'GET /partners/status/:token': { who: 'open', path: () => '/partners/status/nothing', status: 410 },
  'POST /partners/status/:token': { who: 'open', path: () => '/partners/status/nothing', status: 404 },

  'GET /api/reviewers': { who: 'review' },
  'POST /api/reviewers': { who: 'deployment', body: (w) => ({ email: w.candidate }), audit: 'Reviewer Created' },
  'DELETE /api/reviewers/:id': {
    who: 'deployment',
    path: (w) => `/api/reviewers/${w.reviewer}`,
    audit: 'Reviewer Withdrawn',
  },
  'GET /reviewers': { who: 'review' },
  'POST /reviewers': { who: 'deployment', body: (w) => ({ email: w.candidate }), audit: 'Reviewer Created' },
  'POST /reviewers/:id/withdraw': {
    who: 'deployment',
    path: (w) => `/reviewers/${w.reviewer}/withdraw`,
    audit: 'Reviewer Withdrawn',
  },

  'GET /api': { who: 'read' },
  'GET /api/openapi.json': { who: 'open' },
  'GET /api/sources': { who: 'read' },
  'POST /api/sources': {
    who: 'write',
    body: () => ({ slug: `made-${crypto.randomUUID().slice(0, 8)}` }),
    audit: 'Source Created',
  },
  'GET /api/sources/:id': { who: 'read', ...api(source()) },
  'PATCH /api/sources/:id': {
    who: 'own',
    ...api(source()),
    body: () => ({ name: 'Renamed' }),
    audit: 'Source Modified',
  },
  'DELETE /api/sources/:id': { who: 'own', ...api(source()), audit: 'Source Deleted' },
  'POST /api/sources/:id/writekey': { who: 'own', ...api(source('/writekey')), audit: 'Write Key Created' },
  'DELETE /api/sources/:id/writekey/:writeKey': {
    who: 'own',
    path: (w) => `/api/sources/${w.source}/writekey/${w.writeKey}`,
    audit: 'Write Key Revoked',
  },
  'GET /api/sources/:id/settings': { who: 'read', ...api(source('/settings')) },
  // It takes what is so already.
  'PATCH /api/sources/:id/settings': {
    who: 'own',
    ...api(source('/settings')),
    body: () => ({ track: { allowUnplannedEvents: true } }),
    status: 200,
  },
  'POST /api/sources/:id/labels': {
    who: 'own',
    ...api(source('/labels')),
    body: (w) => ({ labels: [w.label] }),
    audit: 'Source Modified',
  },
  'PUT /api/sources/:id/labels': {
    who: 'own',
    ...api(source('/labels')),
    body: (w) => ({ labels: [w.label] }),
    audit: 'Source Modified',
  },
  'GET /api/sources/:id/connected-warehouses': { who: 'read', ...api(source('/connected-warehouses')) },
  'GET /api/labels': { who: 'read' },
  'POST /api/labels': {
    who: 'owner',
    body: () => ({ label: { key: 'made', value: crypto.randomUUID() } }),
    audit: 'Label Created',
  },
  'DELETE /api/labels/:key/:value': {
    who: 'owner',
    path: ({ label }) => `/api/labels/${label.key}/${encodeURIComponent(label.value)}`,
    audit: 'Label Deleted',
  },
  'GET /api/sources/:id/connected-destinations': { who: 'read', ...api(source('/connected-destinations')) },
  'GET /api/sources/:id/counters': { who: 'read', ...api(source('/counters')) },
  'GET /api/sources/:id/events': { who: 'read', ...api(source('/events')) },
  'GET /api/sources/:id/schema': { who: 'read', ...api(source('/schema')) },
  // Nothing came.
  'GET /api/sources/:id/schema/event': { who: 'read', ...api(source('/schema/event?type=track&name=E')), status: 404 },
  'GET /api/delivery-overview/successfully-received': { who: 'read', ...overview('successfully-received') },
  'GET /api/delivery-overview/failed-on-ingest': { who: 'read', ...overview('failed-on-ingest') },
  'GET /api/delivery-overview/filtered-at-source': { who: 'read', ...overview('filtered-at-source') },
  'GET /api/delivery-overview': { who: 'read', ...ended('?') },
  'GET /api/delivery-overview/filtered-at-destination': { who: 'read', ...ended('/filtered-at-destination?') },
  'GET /api/delivery-overview/failed-delivery': { who: 'read', ...ended('/failed-delivery?') },
  'GET /api/delivery-overview/successful-delivery': { who: 'read', ...ended('/successful-delivery?') },
  'GET /api/usage/api-calls/daily': { who: 'read', path: () => '/api/usage/api-calls/daily?period=2026-11-01' },
  'GET /api/usage/api-calls/sources/daily': {
    who: 'read',
    path: () => '/api/usage/api-calls/sources/daily?period=2026-11-01',
  },
  'GET /api/catalog/sources': { who: 'read' },
  'GET /api/catalog/sources/:id': { who: 'read', path: () => '/api/catalog/sources/http-api', foreign: 200 },
  'GET /api/catalog/destinations': { who: 'read' },
  'GET /api/catalog/destinations/:id': { who: 'read', path: (w) => `/api/catalog/destinations/${w.integration}` },
  'GET /api/catalog/warehouses': { who: 'read' },
  'GET /api/catalog/warehouses/:id': { who: 'read', path: () => '/api/catalog/warehouses/postgres', foreign: 200 },
  'POST /api/integrations': {
    who: 'write',
    body: () => ({ name: 'Made', slug: `made-${crypto.randomUUID().slice(0, 8)}`, endpoint: 'https://p.example.com/' }),
    audit: 'Integration Created',
  },
  'PATCH /api/integrations/:id': {
    who: 'write',
    path: (w) => `/api/integrations/${w.integration}`,
    body: () => ({ name: 'Renamed' }),
    audit: 'Integration Modified',
  },
  'GET /api/destinations': { who: 'read' },
  'POST /api/destinations': {
    who: 'own',
    body: (w) => ({
      sourceId: w.source,
      metadataId: 'webhooks',
      settings: { urls: ['https://hooks.example.com/'], sharedSecret: 'a-secret-that-nobody-may-see' },
    }),
    foreign: 404,
    audit: 'Destination Created',
  },
  'GET /api/destinations/:id': { who: 'read', ...api(destination()) },
  'PATCH /api/destinations/:id': {
    who: 'own',
    ...api(destination()),
    body: () => ({ settings: { sharedSecret: 'a-secret-that-nobody-may-see' } }),
    audit: 'Destination Modified',
  },
  'DELETE /api/destinations/:id': { who: 'own', ...api(destination()), audit: 'Destination Deleted' },
  'POST /api/destinations/:id/test': {
    who: 'own',
    ...api(destination('/test')),
    body: () => ({ event: { type: 'track', userId: 'u', event: 'E' } }),
    audit: 'Destination Tested',
  },
  // Nothing waits there, and that is for the owner to hear.
  'POST /api/destinations/:id/try-now': { who: 'own', ...api(destination('/try-now')), status: 409 },
  'GET /api/destinations/:id/ledger': { who: 'read', ...api(destination('/ledger')) },
  'GET /api/destinations/:id/delivery-metrics': { who: 'read', ...api(destination('/delivery-metrics')) },
  'GET /api/destinations/:id/subscriptions': { who: 'read', ...api(destination('/subscriptions')) },
  'GET /api/destinations/:id/dead-letters': { who: 'read', ...api(destination('/dead-letters')) },
  'GET /api/destinations/:id/dead-letters.ndjson': { who: 'read', ...api(destination('/dead-letters.ndjson')) },
  'GET /api/destinations/:id/redrives': { who: 'read', ...api(destination('/redrives')) },
  'POST /api/destinations/:id/dead-letters/redrive': {
    who: 'own',
    ...api(destination('/dead-letters/redrive')),
    body: () => ({ all: true }),
    audit: 'Dead Letters Redriven',
  },
  'GET /api/alerts': { who: 'read' },
  'GET /api/alerts/:id': { who: 'read', path: (w) => `/api/alerts/${w.alert}` },
  'PATCH /api/alerts/:id': {
    who: 'write',
    path: (w) => `/api/alerts/${w.alert}`,
    body: () => ({ state: 'closed' }),
    audit: 'Alert Closed',
  },
  'GET /api/alert-rules': { who: 'read' },
  'PATCH /api/alert-rules': { who: 'write', body: () => ({ mail: false }), audit: 'Alerting Modified' },
  'GET /api/replays': { who: 'read' },
  'POST /api/replays': {
    who: 'own',
    body: (w) => ({ sourceId: w.source, destinationId: w.destination, from: '2026-01-01T00:00:00Z', dryRun: true }),
    foreign: 404,
    audit: 'Replay Created',
  },
  'GET /api/replays/:id': { who: 'read', path: (w) => `/api/replays/${w.replay}` },
  // Its object was never begun.
  'PATCH /api/replays/:id': {
    who: 'own',
    path: (w) => `/api/replays/${w.replay}`,
    body: () => ({ share: 0.5 }),
    status: 409,
  },
  'GET /api/replays/:id/dead-letters': { who: 'read', ...api(replay('/dead-letters')) },
  'GET /api/replays/:id/dead-letters.ndjson': { who: 'read', ...api(replay('/dead-letters.ndjson')) },
  'GET /api/replays/:id/redrives': { who: 'read', ...api(replay('/redrives')) },
  'POST /api/replays/:id/dead-letters/redrive': {
    who: 'own',
    ...api(replay('/dead-letters/redrive')),
    body: () => ({ all: true }),
    audit: 'Dead Letters Redriven',
  },
  'GET /api/events': { who: 'read', path: () => '/api/events?messageId=none', status: 404 },
  'GET /api/events/volume': { who: 'read', path: () => `/api/events/volume?${lastDay()}` },
  'GET /api/events/:messageId': { who: 'read', path: () => '/api/events/none', status: 404 },
  'GET /api/tokens': { who: 'owner' },
  'POST /api/tokens': { who: 'owner', body: () => ({ name: 'Made' }), audit: 'Token Created' },
  'DELETE /api/tokens/:id': { who: 'owner', path: (w) => `/api/tokens/${w.token}`, audit: 'Token Deleted' },
  'GET /api/audit-events': { who: 'owner' },
  'GET /api/echo': { who: 'read', path: () => '/api/echo?message=hello' },
  'GET /api/roles': { who: 'read' },
  'GET /api/users': { who: 'read' },
  'DELETE /api/users': {
    who: 'owner',
    path: (w) => `/api/users?userIds[0]=${w.member}`,
    foreign: 404,
    audit: 'User Removed',
  },
  'GET /api/users/:id': { who: 'read', path: (w) => `/api/users/${w.member}` },
  'POST /api/users/:id/permissions': {
    who: 'owner',
    path: (w) => `/api/users/${w.member}/permissions`,
    body: () => ({ permissions: [{ roleId: 'owner' }] }),
    audit: 'Role Changed',
  },
  'PUT /api/users/:id/permissions': {
    who: 'owner',
    path: (w) => `/api/users/${w.member}/permissions`,
    body: () => ({ permissions: [{ roleId: 'read-only' }] }),
    audit: 'Role Changed',
  },
  'GET /api/invites': { who: 'read' },
  'POST /api/invites': {
    who: 'owner',
    body: () => ({ invites: [{ email: anybody(), permissions: [{ roleId: 'member' }] }] }),
    audit: 'Invite Created',
  },
  'DELETE /api/invites': {
    who: 'owner',
    path: (w) => `/api/invites?emails[]=${encodeURIComponent(w.invited)}`,
    foreign: 404,
    audit: 'Invite Withdrawn',
  },
  // A person makes none: it takes ADMIN_TOKEN itself.
  'POST /api/sign-in-links': { who: 'deployment', status: 403 },
  'POST /api/recovery': { who: 'deployment', audit: 'Recovery Started' },
  'GET /api/write-keys/:key': { who: 'deployment', path: () => '/api/write-keys/none', status: 404 },
  'POST /api/write-keys/:key/release': {
    who: 'deployment',
    path: () => '/api/write-keys/none/release',
    body: () => ({ note: 'n' }),
    status: 404,
  },
  'POST /api/write-keys/:key/give': {
    who: 'deployment',
    path: () => '/api/write-keys/none/give',
    body: () => ({ sourceId: 'none', note: 'n' }),
    status: 404,
  },
  'GET /api/recovery/parked': { who: 'deployment' },
  'POST /api/recovery/parked/:accept': { who: 'deployment', path: () => '/api/recovery/parked/none', status: 404 },

  'GET /assets/:version/panel.css': { who: 'open', path: () => '/assets/any/panel.css' },
  'GET /assets/:version/panel.js': { who: 'open', path: () => '/assets/any/panel.js' },
  'GET /assets/:version/debugger.js': { who: 'open', path: () => '/assets/any/debugger.js' },
  'GET /assets/:version/icon.svg': { who: 'open', path: () => '/assets/any/icon.svg' },
  'GET /assets/:version/htmx.js': { who: 'open', path: () => '/assets/any/htmx.js' },
  'POST /theme': { who: 'open', body: () => ({ theme: 'dark' }) },
  'GET /sign-in': { who: 'open' },
  'POST /sign-in': { who: 'open', body: () => ({ email: anybody(), password: 'wrong' }), status: 422 },
  'GET /sign-in/code': { who: 'open' },
  'POST /sign-in/code': { who: 'open', status: 422 },
  'GET /sign-in/:token': { who: 'open', path: () => '/sign-in/none', status: 410 },
  'POST /sign-in/:token': { who: 'open', path: () => '/sign-in/none', status: 410 },
  'POST /sign-out': { who: 'open', ends: true },
  'GET /sign-up': { who: 'open' },
  'POST /sign-up': { who: 'open', body: () => ({ email: anybody() }), status: 422 },
  'GET /sign-up/:token': { who: 'open', path: () => '/sign-up/none', status: 410 },
  'POST /sign-up/:token': { who: 'open', path: () => '/sign-up/none', status: 410 },
  'GET /claim': { who: 'open' },
  'POST /claim': { who: 'open', status: 422 },
  'GET /forgot': { who: 'open' },
  'POST /forgot': { who: 'open', body: () => ({ email: anybody() }) },
  'GET /reset/:token': { who: 'open', path: () => '/reset/none' },
  'POST /reset/:token': {
    who: 'open',
    path: () => '/reset/none',
    body: () => ({ password: 'long enough' }),
    status: 422,
  },
  'GET /invites/:token': { who: 'open', path: () => '/invites/none', status: 410 },
  'POST /invites/:token': { who: 'open', path: () => '/invites/none', status: 410 },

  'GET /': { who: 'read' },
  'GET /design': { who: 'read' },
  'GET /profile': { who: 'person' },
  'POST /profile/name': { who: 'person', body: () => ({ name: anybody() }), audit: 'User Renamed' },
  'POST /profile/password': { who: 'person', body: () => ({ current: 'wrong', next: 'long enough too' }), status: 422 },
  'POST /profile/sessions/end': { who: 'person', ends: true, audit: 'Sessions Ended' },
  'POST /profile/sessions/:id/end': { who: 'person', path: () => '/profile/sessions/none/end', status: 404 },
  'GET /profile/two-factor': { who: 'person' },
  'POST /profile/two-factor': { who: 'person', status: 422 },
  'POST /profile/two-factor/confirm': { who: 'person', body: () => ({ code: '000000' }), status: 422 },
  'POST /profile/two-factor/off': { who: 'person', status: 422 },
  'POST /profile/two-factor/recovery-codes': { who: 'person', status: 422 },
  'GET /people': { who: 'read' },
  'POST /people/invites': {
    who: 'owner',
    body: () => ({ email: `new-${crypto.randomUUID().slice(0, 8)}@example.com`, role: 'member' }),
    audit: 'Invite Created',
  },
  'POST /people/invites/:id/withdraw': {
    who: 'owner',
    path: (w) => `/people/invites/${w.invite}/withdraw`,
    audit: 'Invite Withdrawn',
  },
  'GET /people/:id': { who: 'owner', ...person() },
  'POST /people/:id': { who: 'owner', ...person(), body: () => ({ role: 'read-only' }), audit: 'Role Changed' },
  'POST /people/:id/remove': { who: 'owner', ...person('/remove'), audit: 'User Removed' },
  'POST /people/:id/reset-link': { who: 'owner', ...person('/reset-link'), audit: 'Reset Link Created' },
  'GET /labels': { who: 'read' },
  'POST /labels': {
    who: 'owner',
    body: () => ({ key: 'made', value: crypto.randomUUID() }),
    audit: 'Label Created',
  },
  'POST /labels/delete': {
    who: 'owner',
    body: ({ label }) => ({ label: `${label.key}/${label.value}` }),
    foreign: 404,
    audit: 'Label Deleted',
  },
  'GET /tokens': { who: 'owner' },
  'POST /tokens': { who: 'owner', body: () => ({ name: 'Made', scope: 'full' }), audit: 'Token Created' },
  'GET /tokens/:id/revoke': { who: 'owner', path: (w) => `/tokens/${w.token}/revoke` },
  'POST /tokens/:id/revoke': {
    who: 'owner',
    path: (w) => `/tokens/${w.token}/revoke`,
    body: (w) => ({ confirm: w.names[3] }),
    audit: 'Token Deleted',
  },
  'GET /audit': { who: 'owner' },
  'GET /reference': { who: 'read' },
  'GET /reference/:group': { who: 'read', path: () => '/reference/sources', foreign: 200 },
  'GET /workspace': { who: 'read' },
  'POST /workspace': { who: 'owner', body: () => ({ name: anybody() }), audit: 'Workspace Modified' },
  'POST /workspace/switch': {
    who: 'person',
    body: (w) => ({ workspace: w.workspace }),
    foreign: 404,
    audit: 'Workspace Switched',
  },

  'GET /sources': { who: 'read' },
  'POST /sources': { who: 'write', body: () => ({ name: 'Made', kind: 'javascript' }), audit: 'Source Created' },
  'GET /sources/new': { who: 'write' },
  'GET /sources/:id': { who: 'read', ...source() },
  'GET /sources/:id/setup': { who: 'read', ...source('/setup') },
  'GET /sources/:id/arrivals': { who: 'read', ...source('/arrivals') },
  'GET /sources/:id/schema': { who: 'read', ...source('/schema') },
  // Nothing came.
  'GET /sources/:id/schema/event': { who: 'read', ...source('/schema/event?type=track&name=E'), status: 404 },
  'GET /usage': { who: 'read' },
  'GET /sources/:id/debugger': { who: 'read', ...source('/debugger') },
  'GET /sources/:id/debugger/events': { who: 'read', ...source('/debugger/events') },
  // What it is asked for is a WebSocket, and this is none.
  'GET /sources/:id/debugger/live': { who: 'read', ...source('/debugger/live'), status: 426 },
  'GET /sources/:id/debugger/:event': { who: 'read', ...source('/debugger/1.0'), status: 404 },
  'GET /sources/:id/debugger/:event/raw': { who: 'read', ...source('/debugger/1.0/raw'), status: 404 },
  'GET /sources/:id/settings': { who: 'read', ...source('/settings') },
  'POST /sources/:id/settings': {
    who: 'own',
    ...source('/settings'),
    body: () => ({ name: 'Renamed' }),
    audit: 'Source Modified',
  },
  'POST /sources/:id/sample': { who: 'own', ...source('/sample'), audit: 'Source Sample Sent' },
  'POST /sources/:id/keys': { who: 'own', ...source('/keys'), audit: 'Write Key Created' },
  'GET /sources/:id/keys/revoke': {
    who: 'own',
    path: (w) => `/sources/${w.source}/keys/revoke?key=${w.writeKey}`,
  },
  'POST /sources/:id/keys/revoke': {
    who: 'own',
    path: (w) => `/sources/${w.source}/keys/revoke?key=${w.writeKey}`,
    body: (w) => ({ confirm: sourceName(w), key: w.writeKey }),
    audit: 'Write Key Revoked',
  },
  'GET /sources/:id/labels': { who: 'read', ...source('/labels') },
  'POST /sources/:id/labels': {
    who: 'own',
    ...source('/labels'),
    body: ({ label }) => ({ label: `${label.key}/${label.value}` }),
    audit: 'Source Modified',
  },
  'GET /sources/:id/delete': { who: 'own', ...source('/delete') },
  'POST /sources/:id/delete': {
    who: 'own',
    ...source('/delete'),
    body: (w) => ({ confirm: sourceName(w) }),
    audit: 'Source Deleted',
  },
  'GET /catalogue': { who: 'read' },
  'GET /catalogue/:slug': { who: 'read', path: () => '/catalogue/webhooks', foreign: 200 },
  'GET /destinations': { who: 'read' },
  'POST /destinations': {
    who: 'own',
    body: (w) => ({ source: w.source, integration: 'webhooks', 'settings.urls': 'https://hooks.example.com/' }),
    foreign: 404,
    audit: 'Destination Created',
  },
  'GET /destinations/new': { who: 'read' },
  'GET /destinations/:id': { who: 'read', ...destination() },
  'POST /destinations/:id/state': {
    who: 'own',
    ...destination('/state'),
    body: () => ({ to: 'pause' }),
    audit: 'Destination Modified',
  },
  'POST /destinations/:id/try-now': { who: 'own', ...destination('/try-now'), status: 409 },
  'GET /alerts': { who: 'read' },
  'GET /alerts/rules': { who: 'read' },
  'POST /alerts/rules': {
    who: 'write',
    body: () => ({ mail: 'on', 'rules.dead_letters.enabled': 'on' }),
    audit: 'Alerting Modified',
  },
  'POST /alerts/read': { who: 'person', status: 303 },
  'POST /alerts/mute': { who: 'person', body: () => ({ muted: '1' }), audit: 'Alerts Muted' },
  'POST /alerts/:id/close': { who: 'write', path: (w) => `/alerts/${w.alert}/close`, audit: 'Alert Closed' },
  'GET /api/warehouses': { who: 'read' },
  'POST /api/warehouses': {
    who: 'write',
    body: () => ({ metadataId: 'postgres', settings: postgres }),
    audit: 'Warehouse Created',
  },
  'POST /api/warehouses/validation': {
    who: 'write',
    body: () => ({ metadataId: 'postgres', settings: { ...postgres, host: 'none.example.invalid' } }),
    status: 400,
  },
  'GET /api/warehouses/:id': { who: 'read', ...api(warehouse()) },
  'PATCH /api/warehouses/:id': {
    who: 'write',
    ...api(warehouse()),
    body: () => ({ name: 'Renamed' }),
    audit: 'Warehouse Modified',
  },
  'DELETE /api/warehouses/:id': { who: 'write', ...api(warehouse()), audit: 'Warehouse Deleted' },
  'GET /api/warehouses/:id/connection-state': { who: 'read', ...api(warehouse('/connection-state')) },
  'GET /api/warehouses/:id/status': { who: 'read', ...api(warehouse('/status')) },
  'GET /api/warehouses/:id/connected-sources': { who: 'read', ...api(warehouse('/connected-sources')) },
  'POST /api/warehouses/:id/connected-sources/:sourceId': {
    who: 'write',
    path: (w) => `/api/warehouses/${w.warehouse}/connected-sources/${w.source}`,
    audit: 'Warehouse Source Connected',
  },
  'DELETE /api/warehouses/:id/connected-sources/:sourceId': {
    who: 'write',
    path: (w) => `/api/warehouses/${w.warehouse}/connected-sources/${w.source}`,
    audit: 'Warehouse Source Disconnected',
  },
  'GET /api/warehouses/:id/connected-sources/:sourceId/syncs': {
    who: 'read',
    path: (w) => `/api/warehouses/${w.warehouse}/connected-sources/${w.source}/syncs`,
  },
  'GET /api/warehouses/:id/connected-sources/:sourceId/selective-syncs': {
    who: 'read',
    path: (w) => `/api/warehouses/${w.warehouse}/connected-sources/${w.source}/selective-syncs`,
  },
  'PATCH /api/warehouses/:id/selective-sync': {
    who: 'write',
    ...api(warehouse('/selective-sync')),
    body: (w) => ({ syncOverrides: [{ sourceId: w.source, collection: 'tracks', enabled: false }] }),
    audit: 'Warehouse Selective Sync Modified',
  },
  'GET /api/warehouses/:id/advanced-sync-schedule': { who: 'read', ...api(warehouse('/advanced-sync-schedule')) },
  'PUT /api/warehouses/:id/advanced-sync-schedule': {
    who: 'write',
    ...api(warehouse('/advanced-sync-schedule')),
    body: () => ({ enabled: true, schedule: { times: [{ hourOfDay: 3, enabled: true }], timezone: 'UTC' } }),
    audit: 'Warehouse Schedule Modified',
  },
  'POST /api/warehouses/:id/sync': { who: 'write', ...api(warehouse('/sync')), audit: 'Warehouse Sync Started' },
  'GET /api/warehouses/:id/syncs': { who: 'read', ...api(warehouse('/syncs')) },
  'GET /api/warehouses/:id/syncs/:sync': { who: 'read', ...api(warehouse('/syncs/syn_none')), status: 404 },
  'GET /api/warehouses/:id/tables': { who: 'read', ...api(warehouse('/tables')) },
  'GET /api/warehouses/:id/backfills': { who: 'read', ...api(warehouse('/backfills')) },
  'POST /api/warehouses/:id/backfills': {
    who: 'write',
    ...api(warehouse('/backfills')),
    body: (w) => ({ sourceId: w.source }),
    audit: 'Warehouse Backfill Started',
  },
  'GET /api/warehouses/:id/backfills/:job': { who: 'read', ...api(warehouse('/backfills/bfl_none')), status: 404 },
  'DELETE /api/warehouses/:id/backfills/:job': {
    who: 'write',
    ...api(warehouse('/backfills/bfl_none')),
    status: 404,
  },
  'GET /api/warehouses/:id/retypings': { who: 'read', ...api(warehouse('/retypings')) },
  'POST /api/warehouses/:id/retypings': {
    who: 'write',
    ...api(warehouse('/retypings')),
    body: (w) => ({ sourceId: w.source, collection: 'tracks', property: 'event_text', type: 'text' }),
    audit: 'Warehouse Retyping Started',
  },
  'GET /api/warehouses/:id/retypings/:job': { who: 'read', ...api(warehouse('/retypings/rty_none')), status: 404 },
  'DELETE /api/warehouses/:id/retypings/:job': {
    who: 'write',
    ...api(warehouse('/retypings/rty_none')),
    status: 404,
  },
  'GET /api/warehouses/:id/erasures': { who: 'read', ...api(warehouse('/erasures')) },
  'POST /api/warehouses/:id/erasures': {
    who: 'write',
    ...api(warehouse('/erasures')),
    body: () => ({ userIds: ['u1'] }),
    audit: 'Warehouse Users Erased',
  },
  'GET /api/warehouses/:id/erasures/:job': { who: 'read', ...api(warehouse('/erasures/ers_none')), status: 404 },

  'GET /warehouses': { who: 'read' },
  'POST /warehouses': {
    who: 'write',
    body: () => ({
      integration: 'postgres',
      ...Object.fromEntries(Object.entries(postgres).map(([name, value]) => [`settings.${name}`, value])),
      'settings.port': '5432',
      'settings.ssl': 'require',
      every: '60',
    }),
    audit: 'Warehouse Created',
  },
  'GET /warehouses/new': { who: 'write', path: () => '/warehouses/new?integration=postgres' },
  'GET /warehouses/:id': { who: 'read', ...warehouse() },
  'POST /warehouses/:id/sync': { who: 'write', ...warehouse('/sync'), audit: 'Warehouse Sync Started' },
  'POST /warehouses/:id/state': {
    who: 'write',
    ...warehouse('/state'),
    body: () => ({ to: 'disable' }),
    audit: 'Warehouse Modified',
  },
  'GET /warehouses/:id/settings': { who: 'read', ...warehouse('/settings') },
  'POST /warehouses/:id/settings': {
    who: 'write',
    ...warehouse('/settings'),
    body: () => ({
      name: 'Renamed',
      ...Object.fromEntries(Object.entries(postgres).map(([name, value]) => [`settings.${name}`, value])),
      'settings.port': '5432',
      'settings.ssl': 'require',
    }),
    audit: 'Warehouse Modified',
  },
  'GET /warehouses/:id/test': { who: 'read', ...warehouse('/test') },
  'POST /warehouses/:id/test': { who: 'write', ...warehouse('/test'), audit: 'Warehouse Validated' },
  'GET /warehouses/:id/delete': { who: 'write', ...warehouse('/delete') },
  'POST /warehouses/:id/delete': {
    who: 'write',
    ...warehouse('/delete'),
    body: (w) => ({ confirm: w.names.find((name) => name.startsWith('Warehouse')) ?? '' }),
    audit: 'Warehouse Deleted',
  },
  'GET /warehouses/:id/sources': { who: 'read', ...warehouse('/sources') },
  'POST /warehouses/:id/sources': {
    who: 'write',
    ...warehouse('/sources'),
    body: (w) => ({ source: w.source }),
    audit: 'Warehouse Source Connected',
  },
  'GET /warehouses/:id/sources/:sourceId': {
    who: 'read',
    path: (w) => `/warehouses/${w.warehouse}/sources/${w.source}`,
  },
  'POST /warehouses/:id/sources/:sourceId': {
    who: 'write',
    path: (w) => `/warehouses/${w.warehouse}/sources/${w.source}`,
    body: () => ({ what: 'source', enabled: '0' }),
    audit: 'Warehouse Selective Sync Modified',
  },
  'POST /warehouses/:id/sources/:sourceId/disconnect': {
    who: 'write',
    path: (w) => `/warehouses/${w.warehouse}/sources/${w.source}/disconnect`,
    audit: 'Warehouse Source Disconnected',
  },
  'GET /warehouses/:id/syncs': { who: 'read', ...warehouse('/syncs') },
  'GET /warehouses/:id/syncs/:sync': { who: 'read', ...warehouse('/syncs/syn_none'), status: 404 },
  'GET /warehouses/:id/tables': { who: 'read', ...warehouse('/tables') },
  'GET /warehouses/:id/tables/:sourceId/:table': {
    who: 'read',
    path: (w) => `/warehouses/${w.warehouse}/tables/${w.source}/tracks`,
    status: 404,
  },
  'POST /warehouses/:id/tables/:sourceId/:table': {
    who: 'write',
    path: (w) => `/warehouses/${w.warehouse}/tables/${w.source}/tracks`,
    body: () => ({ shown: 'event' }),
    audit: 'Warehouse Selective Sync Modified',
  },
  'GET /warehouses/:id/bi': { who: 'read', ...warehouse('/bi') },
  'GET /warehouses/:id/bi/:slug': { who: 'read', ...warehouse('/bi/metabase') },
  'GET /warehouses/:id/jobs': { who: 'read', ...warehouse('/jobs') },
  'POST /warehouses/:id/backfills': {
    who: 'write',
    ...warehouse('/backfills'),
    body: (w) => ({ kind: 'backfill', source: w.source }),
    audit: 'Warehouse Backfill Started',
  },
  'POST /warehouses/:id/backfills/:job': { who: 'write', ...warehouse('/backfills/bfl_none'), status: 404 },
  'POST /warehouses/:id/tables/:sourceId/:table/retypings': {
    who: 'write',
    path: (w) => `/warehouses/${w.warehouse}/tables/${w.source}/tracks/retypings`,
    body: () => ({ property: 'event_text', type: 'text' }),
    audit: 'Warehouse Retyping Started',
  },
  'POST /warehouses/:id/retypings/:job': { who: 'write', ...warehouse('/retypings/rty_none'), status: 404 },
  'POST /warehouses/:id/erasures': {
    who: 'write',
    ...warehouse('/erasures'),
    body: () => ({ kind: 'erasure', userIds: 'u1', confirm: 'u1' }),
    audit: 'Warehouse Users Erased',
  },

  'GET /replays': { who: 'read' },
  'POST /replays': {
    who: 'own',
    body: (w) => ({
      sourceId: w.source,
      destination: w.destination,
      from: '2026-01-01T00:00',
      until: '2026-01-02T00:00',
      share: '25',
    }),
    foreign: 404,
    audit: 'Replay Created',
  },
  'GET /replays/new': { who: 'own', path: (w) => `/replays/new?destination=${w.destination}`, foreign: 404 },
  'GET /replays/:id': { who: 'read', path: (w) => `/replays/${w.replay}` },
  'POST /replays/:id': {
    who: 'own',
    path: (w) => `/replays/${w.replay}`,
    body: () => ({ state: 'running' }),
    status: 409,
  },
  'GET /delivery-overview': { who: 'read', path: () => '/delivery-overview' },
  'GET /sources/:id/delivery-overview': { who: 'read', ...source('/delivery-overview') },
  'GET /destinations/:id/delivery-overview': { who: 'read', ...destination('/delivery-overview') },
  'GET /destinations/:id/dead-letters': { who: 'read', ...destination('/dead-letters') },
  'GET /destinations/:id/dead-letters/download': { who: 'read', ...destination('/dead-letters/download') },
  'GET /destinations/:id/dead-letters/redrive': { who: 'own', ...destination('/dead-letters/redrive') },
  'POST /destinations/:id/dead-letters/redrive': {
    who: 'own',
    ...destination('/dead-letters/redrive'),
    body: () => ({ what: 'filter', reason: 'http_400' }),
    audit: 'Dead Letters Redriven',
  },
  'GET /destinations/:id/dead-letters/:letter/:event': {
    who: 'read',
    ...destination('/dead-letters/1/0'),
    status: 404,
  },
  'GET /replays/:id/dead-letters': { who: 'read', ...replay('/dead-letters') },
  'GET /replays/:id/dead-letters/download': { who: 'read', ...replay('/dead-letters/download') },
  'GET /replays/:id/dead-letters/redrive': { who: 'own', ...replay('/dead-letters/redrive') },
  'POST /replays/:id/dead-letters/redrive': {
    who: 'own',
    ...replay('/dead-letters/redrive'),
    body: () => ({ what: 'filter', reason: 'http_400' }),
    audit: 'Dead Letters Redriven',
  },
  'GET /replays/:id/dead-letters/:letter/:event': { who: 'read', ...replay('/dead-letters/1/0'), status: 404 },
  'GET /destinations/:id/disable': { who: 'own', ...destination('/disable') },
  'GET /destinations/:id/settings': { who: 'read', ...destination('/settings') },
  'POST /destinations/:id/settings': {
    who: 'own',
    ...destination('/settings'),
    body: () => ({
      name: 'Renamed',
      'settings.urls': 'https://hooks.example.com/',
      concurrency: '4',
      schedule: 'segment-4h',
    }),
    audit: 'Destination Modified',
  },
  'GET /destinations/:id/test': { who: 'read', ...destination('/test') },
  'POST /destinations/:id/test': {
    who: 'own',
    ...destination('/test'),
    body: () => ({ event: '{"type":"track","userId":"u","event":"E"}' }),
    audit: 'Destination Tested',
  },
  'GET /destinations/:id/delete': { who: 'own', ...destination('/delete') },
  'POST /destinations/:id/delete': {
    who: 'own',
    ...destination('/delete'),
    body: (w) => ({ confirm: destinationName(w) }),
    audit: 'Destination Deleted',
  },
}

/** What stands before the guard, because it has no people in it: the tracking API and what SDKs fetch. */
export const UNGUARDED = /^(?:GET|POST|ALL) \/(?:v1|analytics\.js\/v1|analytics-next|next-integrations)\//
/** Middleware and the answers to what does not exist. */
export const CATCH_ALL = new Set(['ALL /api/*', 'ALL /*'])

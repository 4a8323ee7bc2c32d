/** Routes of Segment's Public API that are not here, and the sentence that is answered for all of them. */
export interface NotServed {
  /** As Segment's reference calls it, in the words of docs/segment-public-api.md. */
  group: string
  sentence: string
  /** Method and path, without `/api`; a part that begins with a colon is any. */
  routes: readonly string[]
}

const all = (path: string, methods: string) => methods.split(' ').map((method) => `${method} ${path}`)

/**
 * What of Segment's Public API this platform does not have, by group. A path that is here is answered with 501, so that a
 * client tells it from one that was never there. Whoever builds one of them takes it out.
 */
export const NOT_SERVED: readonly NotServed[] = [
  {
    group: 'Subscriptions of a destination',
    sentence: 'Which events a destination’s actions get cannot be chosen here yet, so there are no subscriptions.',
    routes: [
      'POST /destinations/:id/subscriptions',
      ...all('/destinations/:id/subscriptions/:subscription', 'GET PATCH DELETE'),
    ],
  },
  {
    group: 'Destination filters',
    sentence: 'There are no filters of destinations here yet.',
    routes: [
      'POST /destination/filters/preview',
      ...all('/destination/:id/filters', 'GET POST'),
      ...all('/destination/:id/filters/:filter', 'GET PATCH DELETE'),
    ],
  },
  {
    group: 'Tracking plans',
    sentence: 'There are no tracking plans here yet: everything that is valid is let through.',
    routes: [
      ...all('/tracking-plans', 'GET POST'),
      ...all('/tracking-plans/:id', 'GET PATCH DELETE'),
      ...all('/tracking-plans/:id/rules', 'GET PATCH PUT DELETE'),
      ...all('/tracking-plans/:id/sources', 'GET POST DELETE'),
    ],
  },
  {
    group: 'Transformations',
    sentence: 'There are no transformations here yet: destinations get events as they came.',
    routes: [...all('/transformations', 'GET POST'), ...all('/transformations/:id', 'GET PATCH DELETE')],
  },
  {
    group: 'Functions',
    sentence: 'No code of customers runs here yet, so there are no functions.',
    routes: [
      ...all('/functions', 'GET POST'),
      ...all('/functions/:id', 'GET PATCH DELETE'),
      'POST /functions/:id/deploy',
      ...all('/functions/:id/versions', 'GET POST'),
      'GET /functions/:id/versions/:version',
      ...all('/insert-function-instances', 'GET POST'),
      ...all('/insert-function-instances/:id', 'GET PATCH DELETE'),
    ],
  },
  {
    group: 'Edge functions',
    sentence: 'No code of customers runs on devices here yet, so there are no edge functions.',
    routes: [
      'POST /sources/:id/edge-functions',
      'GET /sources/:id/edge-functions/latest',
      'PATCH /sources/:id/edge-functions/disable',
      'POST /sources/:id/edge-functions/upload-url',
    ],
  },
  {
    group: 'Reverse ETL',
    sentence: 'Nothing is read out of warehouses here, so there is no reverse ETL.',
    routes: [
      ...all('/reverse-etl-models', 'GET POST'),
      ...all('/reverse-etl-models/:id', 'GET PATCH DELETE'),
      'GET /reverse-etl-models/:id/syncs/:sync',
      'POST /reverse-etl-syncs',
    ],
  },
  {
    group: 'Deletion and suppression',
    sentence: 'Users cannot be deleted or suppressed here yet.',
    routes: [
      ...all('/regulations', 'GET POST'),
      ...all('/regulations/:id', 'GET DELETE'),
      ...all('/regulations/sources/:source', 'GET POST'),
      'POST /regulations/cloudsources/:source',
      'GET /suppressions',
    ],
  },
  {
    group: 'User groups',
    sentence: 'There are no groups of users here: each member has a role of their own, see /api/users.',
    routes: [
      ...all('/groups', 'GET POST'),
      ...all('/groups/:id', 'GET PATCH DELETE'),
      ...all('/groups/:id/permissions', 'POST PUT'),
      ...all('/groups/:id/users', 'GET POST'),
      'GET /groups/:id/invites',
      ...all('/group/:id/users', 'PUT DELETE'),
      'GET /users/:id/groups',
    ],
  },
  {
    group: 'Spaces: profiles, audiences, computed traits',
    sentence: 'There are no spaces here: no profiles, no audiences and no computed traits.',
    routes: [
      'GET /spaces',
      'GET /spaces/:space',
      'PUT /spaces/:space/messaging-subscriptions',
      'POST /spaces/:space/messaging-subscriptions/batch',
      'GET /spaces/:space/audiences',
      ...all('/spaces/:space/audiences/:id', 'GET PATCH DELETE'),
      'GET /spaces/:space/computed-traits',
      ...all('/spaces/:space/computed-traits/:id', 'GET PATCH DELETE'),
      ...all('/spaces/:space/profiles-warehouses', 'GET POST'),
      ...all('/spaces/:space/profiles-warehouses/:id', 'PATCH DELETE'),
      ...all('/spaces/:space/profiles-warehouses/:id/selective-syncs', 'GET PATCH'),
    ],
  },
]

interface Pattern {
  method: string
  parts: readonly string[]
  sentence: string
}

/** By the first part of their paths. */
const PATTERNS = Map.groupBy(
  NOT_SERVED.flatMap(({ sentence, routes }) =>
    routes.map((route): Pattern => {
      const [method = '', path = ''] = route.split(' ')
      return { method, parts: partsOf(path), sentence }
    }),
  ),
  ({ parts }) => parts[0] ?? '',
)

/**
 * The sentence for a request of a route that is not here, by its method and whole path; `undefined`: it is none of
 * Segment's, or it is here.
 */
export function sentenceOfMissing(method: string, path: string): string | undefined {
  const [root, ...parts] = partsOf(path)
  if (root !== 'api') return undefined
  const among = PATTERNS.get(parts[0] ?? '') ?? []
  return among.find((one) => one.method === method && matches(one.parts, parts))?.sentence
}

function partsOf(path: string): string[] {
  return path.split('/').filter(Boolean)
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, n) => part.startsWith(':') || part === parts[n])
}

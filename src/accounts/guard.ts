import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { FIRST_WORKSPACE } from '../settings/index.ts'
import { type Access, type AccessEnv, may, type Person } from './access.ts'
import type { Accounts } from './accounts.ts'
import { addressOf } from './attempts.ts'
import { actorOf, record } from './audit.ts'
import { accessOfGrant } from './grants.ts'
import { DEPLOYMENT_ROLES, extentOf, isOfDeployment, type Permission, ROLES } from './roles.ts'
import { type Declaration, declarationOf } from './declare.ts'
import { loggable } from './one-time.ts'
import { signedIn } from './sessions.ts'
import { sameSite } from './shield.ts'
import { snapshotOf } from './subjects.ts'
import { accessOfToken } from './tokens.ts'

/** Why a request is not let through. */
export interface Denial {
  status: 401 | 403 | 404 | 429 | 500
  /** `no-workspace`: signed in, and member of none. */
  code: 'sign-in' | 'forbidden' | 'no-workspace' | 'cross-site' | 'not-found' | 'too-many' | 'undeclared'
  message: string
}

export interface Doorway {
  /** Credentials that count here. */
  takes: readonly ('token' | 'session')[]
  /** The page or the JSON that says so. */
  refuse(c: HonoContext, refusal: Denial): Response | Promise<Response>
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The one place where access is decided and changes are written down, for pages and API alike. It stands before every
 * route, reads what the matched one declares (`declare.ts`), finds out who is calling, and lets through or refuses. A
 * route that declares nothing is refused to everybody.
 */
export function guard(accounts: Accounts, { takes, refuse }: Doorway): MiddlewareHandler<AccessEnv> {
  return async (c, next) => {
    const route = declared(c)
    if (route === 'missing') {
      accounts.ctx.log('error', 'route without a declaration of access', {
        method: c.req.method,
        path: loggable(c.req.path),
      })
      return refuse(c, UNDECLARED)
    }
    const declaration = route?.declaration
    const caller = declaration?.kind === 'open' ? {} : await callerOf(c, accounts, takes, declaration)
    const refusal =
      crossSite(c, caller, declaration) ??
      decide(c, declaration, caller) ??
      (await outOfReach(c, accounts, route, caller)) ??
      tooManyWrites(c, accounts, caller)
    // Known before anything is refused: the page that says so is one of the panel, with its navigation.
    if (caller.access) c.set('access', caller.access)
    c.set('person', caller.person)
    if (refusal) return refuse(c, refusal)
    const write = await beginEntry(c, accounts, route, caller)
    await next()
    await write?.()
    return undefined
  }
}

/** Changes of a client by one grant in a minute, by each isolate. */
const MOST_GRANT_WRITES = 60

/** What changes nothing is free, and whoever runs the deployment can always act. */
function tooManyWrites(c: HonoContext, { db, ctx, writes }: Accounts, { access }: Caller): Denial | undefined {
  if (SAFE.has(c.req.method) || !access || access.tokenId === 'admin') return undefined
  // A partner's program shall not use up what the customer's own people may.
  const [who, most, noun] = access.grant
    ? [access.grant.id, MOST_GRANT_WRITES, 'client']
    : [access.workspaceId, db.quotas.writes, 'workspace']
  const wait = writes.spend(who, most, ctx.now())
  if (wait === undefined) return undefined
  c.header('Retry-After', String(wait))
  const message = `This ${noun} made ${most} changes in this minute, which is as many as it may. Try again in ${wait} s.`
  return { status: 429, code: 'too-many', message }
}

const UNDECLARED: Denial = {
  status: 500,
  code: 'undeclared',
  message: 'This route does not say who may use it, so nobody may.',
}

interface Caller {
  /** By a header of its own, which no other site can have a browser send. */
  byToken?: true
  access?: Access
  person?: Person
}

/** What the matched route declares, and its place among all that match. */
interface Declared {
  declaration: Declaration
  index: number
}

/** `undefined`: there is no such route; what answers then tells nothing. */
function declared(c: HonoContext): Declared | 'missing' | undefined {
  const routes = new Map<string, Declared | undefined>()
  for (const [index, { method, path, handler }] of matchedRoutes(c).entries()) {
    if (method === 'ALL') continue
    const key = `${method} ${path}`
    const declaration = declarationOf(handler)
    routes.set(key, routes.get(key) ?? (declaration && { declaration, index }))
  }
  const found = [...routes.values()]
  return found.includes(undefined) ? 'missing' : found[0]
}

/** What the change is about, by the parameters of its own route: here, before it, they are those of the guard. */
async function subjectIds(c: HonoContext, { declaration, index }: Declared): Promise<readonly string[]> {
  if (declaration.kind !== 'change' || !declaration.subject) return []
  const here = c.req.routeIndex
  c.req.routeIndex = index
  const ids = declaration.subject.ids(c)
  c.req.routeIndex = here
  return ids
}

async function callerOf(
  c: HonoContext,
  accounts: Accounts,
  takes: Doorway['takes'],
  declaration: Declaration | undefined,
): Promise<Caller> {
  const header = c.req.header('authorization')
  if (header !== undefined && takes.includes('token')) {
    const token = /^bearer\s+(\S+)$/i.exec(header)?.[1]
    const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
    // Two kinds of token, and neither opens what the other one does.
    const access =
      token &&
      (declaration?.kind === 'grant'
        ? await accessOfGrant(accounts.db, token, later)
        : await accessOfToken(accounts.db, token, accounts.adminToken, later))
    return access ? { byToken: true, access } : { byToken: true }
  }
  return takes.includes('session') ? ((await signedIn(c, accounts)) ?? {}) : {}
}

/**
 * A form for strangers may set a cookie, so it asks too: else another site could sign its visitors in as somebody whose
 * link or password it knows.
 */
function crossSite(c: HonoContext, { byToken }: Caller, declaration: Declaration | undefined): Denial | undefined {
  if (byToken || sameSite(c) || (declaration?.kind === 'open' && declaration.programs)) return undefined
  // Without any credential there is nothing that another site could borrow, and the answer is to sign in.
  const bare = c.req.header('cookie') === undefined && c.req.header('origin') === undefined
  if (bare && declaration?.kind !== 'open') return undefined
  return {
    status: 403,
    code: 'cross-site',
    message: 'This request came from another site. Open the page here and try again.',
  }
}

/** What the table of permissions says. */
function decide(c: HonoContext, declaration: Declaration | undefined, caller: Caller): Denial | undefined {
  const { access, person } = caller
  if (declaration?.kind === 'open') return undefined
  if (!access && !person) {
    // RFC 6750, 3: whoever sends a token that is none is told so.
    if (declaration?.kind === 'grant') c.header('WWW-Authenticate', 'Bearer error="invalid_token"')
    return { status: 401, code: 'sign-in', message: 'Sign in first.' }
  }
  if (declaration?.kind === 'grant') {
    if (!access?.grant) return forbidden('This takes the access token of a client that a customer has allowed it.')
    return SAFE.has(c.req.method) || declaration.change !== undefined ? undefined : UNDECLARED
  }
  if (declaration?.kind === 'personal') {
    if (!person) return forbidden('This belongs to a person, and an API token is none.')
    return SAFE.has(c.req.method) || declaration.change !== undefined ? undefined : UNDECLARED
  }
  if (!access) return { status: 403, code: 'no-workspace', message: 'You belong to no workspace.' }
  if (declaration === undefined) return undefined
  if (declaration.kind === 'access' && !SAFE.has(c.req.method)) return UNDECLARED
  const { permission } = declaration
  const strange = access.deployment === undefined && access.workspaceId !== FIRST_WORKSPACE
  if (isOfDeployment(permission) && strange) {
    return { status: 404, code: 'not-found', message: 'Only the first workspace has this.' }
  }
  // Whether it is one of these is for `outOfReach` to find out.
  const granted = declaration.kind === 'change' && declaration.subject ? access.sources?.[0] : undefined
  return may(access, permission, granted) ? undefined : forbidden(refusalWords(access, permission))
}

/** For a source admin: whether what is to be changed belongs to a granted source. */
async function outOfReach(
  c: HonoContext,
  { db, subjects }: Accounts,
  route: Declared | undefined,
  { access }: Caller,
): Promise<Denial | undefined> {
  if (access?.role !== 'source-admin' || route?.declaration.kind !== 'change') return undefined
  const { subject, permission } = route.declaration
  if (!subject) return undefined
  const ids = await subjectIds(c, route)
  const sourceIds = await Promise.all(
    ids.map(async (id) => subjects[subject.type]?.sourceOf?.(db, access.workspaceId, id)),
  )
  if (ids.length > 0 && sourceIds.every((sourceId) => may(access, permission, sourceId ?? ''))) return undefined
  return forbidden('You may change only the sources that were granted to you, and their destinations.')
}

/**
 * Looks at what is to be changed before it is; what comes back looks again, and writes the difference down. A change that
 * was made is not undone when it cannot be written down: then it goes to the log.
 */
async function beginEntry(
  c: HonoContext,
  accounts: Accounts,
  route: Declared | undefined,
  { access, person }: Caller,
): Promise<(() => Promise<void>) | undefined> {
  const { db, ctx } = accounts
  const declaration = route?.declaration
  if (SAFE.has(c.req.method) || !declaration || declaration.kind === 'open' || declaration.kind === 'access')
    return undefined
  const { change: type = '' } = declaration
  // What concerns the whole deployment is written down with those who run it.
  const ofAll = declaration.kind === 'change' && isOfDeployment(declaration.permission)
  const workspaceId = ofAll ? FIRST_WORKSPACE : (access?.workspaceId ?? '')
  const subjects = await subjectsOf(c, route, access, person)
  const look = (what: Resource) => snapshotOf(accounts, workspaceId, what)
  const before = await Promise.all(subjects.map(async (one) => [one, await look(one)] as const))
  const actor = await actorOf(db, { ...access, workspaceId }, person, addressOf(c))
  return async () => {
    if (c.res.status >= 400 || c.get('unchanged')) return
    const fresh = ((c as HonoContext<AccessEnv>).get('made') ?? []).map((one) => [one, undefined] as const)
    const known = before.length > 0 ? before : [[{ type: 'workspace', id: workspaceId }, undefined] as const]
    for (const [resource, was] of fresh.length > 0 ? fresh : known) {
      try {
        await record(db, actor, { type, resource, before: was, after: await look(resource) })
      } catch (error) {
        ctx.log('error', 'change not written down', { type, actor, resource, error: String(error) })
      }
    }
  }
}

/** What an entry of the audit trail is about. */
interface Resource {
  type: string
  id: string
}

async function subjectsOf(
  c: HonoContext,
  route: Declared,
  access: Access | undefined,
  person: Person | undefined,
): Promise<readonly Resource[]> {
  const { declaration } = route
  if (declaration.kind === 'grant')
    return access?.grant ? [{ type: 'destination', id: access.grant.destinationId }] : []
  if (declaration.kind === 'personal') return person ? [{ type: 'user', id: person.userId }] : []
  if (declaration.kind !== 'change') return []
  const { subject } = declaration
  if (!subject) return access ? [{ type: 'workspace', id: access.workspaceId }] : []
  return (await subjectIds(c, route)).map((id) => ({ type: subject.type, id }))
}

/** Tells the guard what a handler has made, so that there is an entry about it: `auditSubject(c, 'source', id)`. */
export function auditSubject(c: HonoContext, type: string, id: string): void {
  const made = (c as HonoContext<AccessEnv>).get('made') ?? []
  c.set('made', [...made, { type, id }])
}

/** Tells the guard that nothing was changed although the request is well: a form that only asked for one more line. */
export function skipAudit(c: HonoContext): void {
  c.set('unchanged', true)
}

function forbidden(message: string): Denial {
  return { status: 403, code: 'forbidden', message }
}

function refusalWords({ role, deployment, tokenId }: Access, permission: Permission): string {
  const words = (one: string) => one.replace('-', ' ')
  const takes = [...ROLES, ...DEPLOYMENT_ROLES].filter((one) => extentOf(one, permission) === 'all').map(words)
  const yours = isOfDeployment(permission) && deployment !== undefined ? deployment : role
  return tokenId === undefined
    ? `This takes the role ${takes.join(' or ')}; yours is ${words(yours)}. An owner of the workspace can change it.`
    : `This token’s scope does not include ${permission}. Make one that does.`
}

import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Context } from '../context.ts'
import { type Database, FIRST_WORKSPACE } from '../settings/index.ts'
import { type Access, type AccessEnv, may, type Person } from './access.ts'
import { type Declaration, declarationOf } from './declare.ts'
import { accessOfToken } from './tokens.ts'

export interface GuardDeps {
  ctx: Context
  db: Database
  adminToken: string | undefined
}

/** Why a request is not let through. */
export interface Refusal {
  status: 401 | 403 | 404 | 500
  message: string
}

export interface Doorway {
  /** Credentials that count here. */
  takes: readonly ('token' | 'session')[]
  /** The page or the JSON that says so. */
  refuse(c: HonoContext, refusal: Refusal): Response | Promise<Response>
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The one place where access is decided, for pages and API alike. It stands before every route, reads what the matched
 * ones declare (`declare.ts`), finds out who is calling, and lets through or refuses. A route that declares nothing is
 * refused to everybody.
 */
export function guard(deps: GuardDeps, { takes, refuse }: Doorway): MiddlewareHandler<AccessEnv> {
  return async (c, next) => {
    const declaration = declared(c)
    if (declaration === 'missing') {
      deps.ctx.log('error', 'route without a declaration of access', { method: c.req.method, path: c.req.path })
      return refuse(c, { status: 500, message: 'This route does not say who may use it, so nobody may.' })
    }
    if (declaration?.kind === 'open') return next()

    const caller = await callerOf(c, deps, takes)
    const refusal = decide(c, declaration, caller) ?? (await outOfReach(c, declaration, caller.access))
    if (refusal) return refuse(c, refusal)
    if (caller.access) c.set('access', caller.access)
    c.set('person', caller.person)
    return next()
  }
}

interface Caller {
  access?: Access
  person?: Person
}

/** `undefined`: there is no such route; what answers then tells nothing. */
function declared(c: HonoContext): Declaration | 'missing' | undefined {
  const routes = new Map<string, Declaration | undefined>()
  for (const { method, path, handler } of matchedRoutes(c)) {
    if (method === 'ALL') continue
    const key = `${method} ${path}`
    routes.set(key, routes.get(key) ?? declarationOf(handler))
  }
  const [first] = routes.values()
  if (routes.size === 0) return undefined
  const all = [...routes.values()]
  if (all.includes(undefined)) return 'missing'
  return first
}

async function callerOf(c: HonoContext, { db, adminToken }: GuardDeps, takes: Doorway['takes']): Promise<Caller> {
  const token = /^bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  if (token !== undefined && takes.includes('token')) {
    const access = await accessOfToken(db, token, adminToken)
    return access ? { access } : {}
  }
  return {}
}

/** What the table of permissions says. */
function decide(c: HonoContext, declaration: Declaration | undefined, caller: Caller): Refusal | undefined {
  const { access, person } = caller
  if (!access && !person) return { status: 401, message: 'Sign in, or send an API token.' }
  if (declaration?.kind === 'personal') {
    return person ? undefined : { status: 403, message: 'This belongs to a person, and an API token is none.' }
  }
  if (!access) return { status: 403, message: 'You belong to no workspace.' }
  if (declaration === undefined || declaration.kind === 'open') return undefined
  if (declaration.kind === 'access' && !SAFE.has(c.req.method)) {
    return { status: 500, message: 'This route changes something and does not say what.' }
  }
  if (declaration.permission === 'deployment:operate' && access.workspaceId !== FIRST_WORKSPACE) {
    return { status: 404, message: 'Only the first workspace has this.' }
  }
  const withSource = declaration.kind === 'change' && declaration.subject ? access.sources?.[0] : undefined
  if (may(access, declaration.permission, withSource)) return undefined
  return { status: 403, message: refusalWords(access, declaration.permission) }
}

/** For a source admin: whether what is to be changed belongs to a granted source. */
async function outOfReach(
  c: HonoContext,
  declaration: Declaration | undefined,
  access: Access | undefined,
): Promise<Refusal | undefined> {
  if (access?.role !== 'source-admin' || declaration?.kind !== 'change' || !declaration.subject) return undefined
  const { subject, permission } = declaration
  const id = await subject.id(c)
  const source = subject.type === 'source' ? id : undefined
  if (source !== undefined && may(access, permission, source)) return undefined
  return { status: 403, message: 'You may change only the sources that were granted to you, and their destinations.' }
}

function refusalWords({ role, tokenId }: Access, permission: string): string {
  return tokenId === undefined
    ? `Your role, ${role}, does not include ${permission}. An owner of the workspace can change your role.`
    : `This token’s scope does not include ${permission}. Make one that does.`
}

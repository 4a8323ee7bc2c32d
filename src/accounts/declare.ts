import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { findTargetHandler } from 'hono/utils/handler'
import type { AccessEnv } from './access.ts'
import { bodyText, readForm } from './form.ts'
import { queryList } from './query-list.ts'
import type { Permission } from './roles.ts'

/** What a route asks of who calls it. */
export type Declaration =
  /** Nothing: pages for strangers. `programs`: no cookie counts, so other sites and programs may call it. */
  | { kind: 'open'; programs?: true }
  /** An access token that a customer has allowed a client; what it changes, of its destination, goes into the audit trail. */
  | { kind: 'grant'; change?: string }
  /** A signed-in person, whatever the workspace; `change` as below. */
  | { kind: 'personal'; change?: string }
  /** A permission, for reading. */
  | { kind: 'access'; permission: Permission }
  /** A permission, for changing something, which goes into the audit trail as `change`, about `subject`. */
  | { kind: 'change'; permission: Permission; change: string; subject?: Subject }

/** What a change is about, as its request names it. */
export interface Subject {
  /** Of those that features hand in, see `SubjectReaders`. */
  type: string
  /** Mostly one; none: the request does not say. */
  ids(c: HonoContext): readonly string[] | Promise<readonly string[]>
}

type Declared = MiddlewareHandler<AccessEnv>

const declarations = new WeakMap<object, Declaration>()

/** Anybody may call this route, signed in or not. */
export function publicRoute(): MiddlewareHandler {
  return declare({ kind: 'open' }) as MiddlewareHandler
}

/** As `publicRoute`, for programs, which say who they are in what they send: no cookie is looked at. */
export function programRoute(): MiddlewareHandler {
  return declare({ kind: 'open', programs: true }) as MiddlewareHandler
}

/** Only an access token of a grant opens this route, and it is about the destination of the grant. */
export function granted(change?: string): Declared {
  return declare({ kind: 'grant', ...(change !== undefined && { change }) })
}

/** Whoever is signed in may call this route; what it changes of their own goes into the audit trail as `change`. */
export function personal(change?: string): Declared {
  return declare({ kind: 'personal', ...(change !== undefined && { change }) })
}

/** Reading: `app.get('/', access('sources:read'), handler)`. */
export function access(permission: Permission): Declared {
  return declare({ kind: 'access', permission })
}

/**
 * Changing: `app.patch('/:id', change('sources:write', 'Source Modified', source('id')), handler)`. A source admin may
 * change what has a subject that belongs to a granted source, and nothing else.
 */
export function change(permission: Permission, name: string, about?: Subject): Declared {
  return declare({ kind: 'change', permission, change: name, ...(about && { subject: about }) })
}

/** A subject by a parameter of the path: `subject('source', 'id')` for `/sources/:id`. */
export function subject(type: string, param: string): Subject {
  return { type, ids: (c) => given(c.req.param(param)) }
}

/** Subjects of one request: each is looked at before and after it. */
export const MOST_SUBJECTS = 50

/** Subjects by a list in the query, of which the handler refuses one that is longer than `MOST_SUBJECTS`. */
export function subjectsInQuery(type: string, name: string): Subject {
  return { type, ids: (c) => [...new Set(queryList(c, name))].slice(0, MOST_SUBJECTS) }
}

/**
 * A subject by a field of the request's body: what is made belongs to it. JSON or form is for the route to say, as its
 * handler reads it, and not for the request: one text can be both, and mean another one in each.
 */
export function subjectInJson(type: string, field: string): Subject {
  return subjectInBody(type, async (c) => {
    const body = JSON.parse(await bodyText(c)) as Record<string, unknown> | null
    return body?.[field]
  })
}

/** See `subjectInJson`. */
export function subjectInForm(type: string, field: string): Subject {
  return subjectInBody(type, async (c) => (await readForm(c)).getAll(field).at(-1))
}

/** Hono keeps a body that it has read, so the handler reads it again. */
function subjectInBody(type: string, read: (c: HonoContext) => Promise<unknown>): Subject {
  return {
    type,
    ids: async (c) => {
      const value = await read(c).catch(() => undefined)
      return given(typeof value === 'string' ? value : undefined)
    },
  }
}

const given = (id: string | undefined) => (id === undefined ? [] : [id])

/** A mark that the guard reads off the route before any handler runs; by itself it refuses everything. */
function declare(declaration: Declaration): Declared {
  const mark: Declared = async (c, next) => {
    const known = declaration.kind === 'personal' ? c.get('person') : c.get('access')
    if (declaration.kind !== 'open' && !known) {
      throw new Error(`${c.req.method} ${c.req.path} is not behind the guard`)
    }
    await next()
  }
  declarations.set(mark, declaration)
  return mark
}

/** What the handler of a route declares, wherever the route was mounted. */
export function declarationOf(handler: object): Declaration | undefined {
  return declarations.get(findTargetHandler(handler as never))
}

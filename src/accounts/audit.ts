import { and, eq, gte, lt } from 'drizzle-orm'
import { randomId, type Context } from '../context.ts'
import { type Database, type Listed, mapPage, maskAddresses, type Page, readPage } from '../settings/index.ts'
import type { Access, Person } from './access.ts'
import type { Snapshot } from './subjects.ts'
import { sha256 } from './tokens.ts'
import { apiTokens, auditEvents } from './schema.ts'

export interface AuditEvent {
  id: string
  at: number
  /** What happened: `Source Created`. */
  type: string
  actor: { type: 'user' | 'token' | 'platform'; id: string; name: string }
  /** Where the request came from, as Cloudflare's edge saw it. */
  address: string
  resource: { type: string; id: string; name: string }
  /** What differs, without secrets; `null`: it was not there. */
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** Somebody or something that made a change, and where from. */
export interface Actor {
  workspaceId: string
  type: AuditEvent['actor']['type']
  id: string
  name: string
  address: string
}

export interface AuditChange {
  type: string
  resource: { type: string; id: string }
  before?: Snapshot | undefined
  after?: Snapshot | undefined
}

/** Writes one entry. */
export async function record({ orm, ctx }: Database, actor: Actor, change: AuditChange): Promise<void> {
  const { type, resource, before, after } = change
  const [was, is] = difference(before?.values, after?.values)
  await orm.insert(auditEvents).values({
    id: eventId(ctx),
    workspaceId: actor.workspaceId,
    at: ctx.now(),
    type,
    actorType: actor.type,
    actorId: actor.id,
    actorName: actor.name,
    address: actor.address,
    resourceType: resource.type,
    resourceId: resource.id,
    resourceName: (after ?? before)?.name ?? '',
    before: await cut(was),
    after: await cut(is),
  })
}

/** Whoever a request belongs to. */
export async function actorOf(
  db: Database,
  access: Pick<Access, 'workspaceId' | 'tokenId' | 'grant'>,
  person: Person | undefined,
  address: string,
): Promise<Actor> {
  const { workspaceId, tokenId, grant } = access
  if (grant) return { workspaceId, type: 'token', id: grant.id, name: grant.clientName, address }
  if (person) return { workspaceId, type: 'user', id: person.userId, name: person.email, address }
  if (tokenId === 'admin') return { workspaceId, type: 'token', id: 'admin', name: 'ADMIN_TOKEN', address }
  const [row] = await db.orm
    .select({ name: apiTokens.name })
    .from(apiTokens)
    .where(eq(apiTokens.id, tokenId ?? ''))
  return { workspaceId, type: 'token', id: tokenId ?? '', name: row?.name ?? '', address }
}

/** Which entries are wanted. */
export interface AuditFilter {
  /** Milliseconds since 1970, this one included. */
  from?: number | undefined
  /** Up to this one, and not it. */
  until?: number | undefined
  resourceType?: string | undefined
  resourceId?: string | undefined
}

/** The newest first. One query. */
export async function listAuditEvents(
  { orm }: Database,
  workspaceId: string,
  page: Page,
  { from, until, resourceType, resourceId }: AuditFilter = {},
): Promise<Listed<AuditEvent>> {
  const mine = and(
    eq(auditEvents.workspaceId, workspaceId),
    // By id, which the index has and which grows with time.
    from === undefined ? undefined : gte(auditEvents.id, eventIdAt(from)),
    until === undefined ? undefined : lt(auditEvents.id, eventIdAt(until)),
    resourceType === undefined ? undefined : eq(auditEvents.resourceType, resourceType),
    resourceId === undefined ? undefined : eq(auditEvents.resourceId, resourceId),
  )
  const listed = await readPage({ columns: [auditEvents.id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ event: auditEvents, ...sums })
        .from(auditEvents)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(auditEvents).where(mine),
    keyOf: ({ event }) => [event.id],
  })
  return mapPage(listed, ({ event }) => fromRow(event))
}

function fromRow(row: typeof auditEvents.$inferSelect): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    type: row.type,
    actor: { type: row.actorType, id: row.actorId, name: row.actorName },
    address: row.address ?? '',
    resource: { type: row.resourceType, id: row.resourceId, name: row.resourceName },
    before: hidden(row.before),
    after: hidden(row.after),
  }
}

/** Entries from before addresses were hidden have them whole. */
function hidden(values: AuditEvent['before']): AuditEvent['before'] {
  if (!values) return values
  const some = ['settings', 'endpoint'].filter((name) => Object.hasOwn(values, name))
  return { ...values, ...Object.fromEntries(some.map((name) => [name, maskAddresses(values[name])])) }
}

/** Letters of a value as JSON that an entry keeps whole. */
const MOST_LETTERS = 2_048

/** An entry has to fit into a row whatever was changed: of a long value its beginning, its size and its hash are kept. */
async function cut(values: AuditEvent['before']): Promise<AuditEvent['before']> {
  if (!values) return values
  const entries = Object.entries(values).map(async ([name, value]) => {
    const text = JSON.stringify(value) ?? ''
    if (text.length <= MOST_LETTERS) return [name, value] as const
    const sha = (await sha256(text)).toString('hex')
    return [name, { cut: text.slice(0, MOST_LETTERS), letters: text.length, sha256: sha }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** What is the same on both sides says nothing. */
function difference(
  before: Record<string, unknown> | undefined,
  after: Record<string, unknown> | undefined,
): [Record<string, unknown> | null, Record<string, unknown> | null] {
  if (!before || !after) return [before ?? null, after ?? null]
  const differs = Object.keys({ ...before, ...after }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
  const some = (values: Record<string, unknown>) => Object.fromEntries(differs.map((key) => [key, values[key] ?? null]))
  return [some(before), some(after)]
}

/** What ids of that time begin with. */
export function eventIdAt(at: number): string {
  return `aud_${Math.max(0, at).toString(36).padStart(9, '0')}`
}

/** Grows with time, so that one index serves order and paging. */
function eventId(ctx: Pick<Context, 'now' | 'randomBytes'>): string {
  return randomId(ctx as Context, eventIdAt(ctx.now()), 12)
}

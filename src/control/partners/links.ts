import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { linkToken, sha256 } from '../../accounts/index.ts'
import type { Database } from '../../settings/index.ts'
import { applicationLinks } from './schema.ts'

const DAY_MS = 86_400_000

/** How long a link is good. */
const LASTS_MS = { confirm: 7 * DAY_MS, status: 400 * DAY_MS } as const
/** Each mail has one of its own, because only hashes are kept; of an application this many work. */
const MOST_LINKS = 10

export type LinkKind = keyof typeof LASTS_MS

/** Makes a private link to an application: its secret is in this answer and nowhere else. Two statements, one transaction. */
export async function insertLink({ orm, ctx }: Database, applicationId: string, kind: LinkKind): Promise<string> {
  const token = linkToken(ctx)
  const now = ctx.now()
  const newest = orm
    .select({ hash: applicationLinks.hash })
    .from(applicationLinks)
    .where(eq(applicationLinks.applicationId, applicationId))
    .orderBy(desc(applicationLinks.createdAt), desc(sql`rowid`))
    .limit(MOST_LINKS)
  await orm.batch([
    orm
      .insert(applicationLinks)
      .values({ hash: await hashOf(token), applicationId, kind, createdAt: now, expiresAt: now + LASTS_MS[kind] }),
    orm
      .delete(applicationLinks)
      .where(and(eq(applicationLinks.applicationId, applicationId), sql`${applicationLinks.hash} NOT IN (${newest})`)),
  ])
  return token
}

/** Which application a link of some kind leads to; `undefined`: it is spent, too old or none. One query. */
export async function findByLink({ orm, ctx }: Database, kind: LinkKind, token: string): Promise<string | undefined> {
  const [row] = await orm
    .select({ id: applicationLinks.applicationId })
    .from(applicationLinks)
    .where(isLink(kind, await hashOf(token), ctx.now()))
  return row?.id
}

/** A condition: this link, as long as it is good. */
export function isLink(kind: LinkKind, hash: string, now: number) {
  return and(eq(applicationLinks.hash, hash), eq(applicationLinks.kind, kind), gt(applicationLinks.expiresAt, now))
}

export async function hashOf(token: string): Promise<string> {
  return (await sha256(token)).toString('hex')
}

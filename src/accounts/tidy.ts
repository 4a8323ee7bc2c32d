import { inArray, lt } from 'drizzle-orm'
import type { Accounts } from './accounts.ts'
import { eventIdAt } from './audit.ts'
import { attempts, auditEvents, invites, oauthTokens, sessions, verifications } from './schema.ts'

/** Removes what has ended by itself: sessions, links, invitations, counts of guesses, tokens of clients. Hourly. */
export async function tidy({ db, ctx }: Accounts): Promise<void> {
  const now = ctx.now()
  await db.orm.batch([
    db.orm.delete(sessions).where(lt(sessions.expiresAt, new Date(now))),
    db.orm.delete(verifications).where(lt(verifications.expiresAt, new Date(now))),
    db.orm.delete(invites).where(lt(invites.expiresAt, now)),
    db.orm.delete(attempts).where(lt(attempts.resetAt, now)),
    db.orm.delete(oauthTokens).where(lt(oauthTokens.expiresAt, now)),
  ])
  await endAudit(db, now - db.quotas.audit_days * 86_400_000)
}

/** Rows that one statement deletes, and statements of an hour: so many more than an hour's changes that it comes to an end. */
const SLICE = 1_000
const SLICES = 50

/** Entries of the audit trail that are older. */
async function endAudit({ orm }: Accounts['db'], before: number): Promise<void> {
  for (let slice = 0; slice < SLICES; slice++) {
    const old = orm
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .where(lt(auditEvents.id, eventIdAt(before)))
    const gone = await orm
      .delete(auditEvents)
      .where(inArray(auditEvents.id, old.limit(SLICE)))
      .returning({ id: auditEvents.id })
    if (gone.length < SLICE) return
  }
}

import { lt } from 'drizzle-orm'
import type { Accounts } from './accounts.ts'
import { attempts, invites, sessions, verifications } from './schema.ts'

/** Removes what has ended by itself: sessions, links, invitations, counts of guesses. Hourly. */
export async function tidy({ db, ctx }: Accounts): Promise<void> {
  const now = ctx.now()
  await db.orm.batch([
    db.orm.delete(sessions).where(lt(sessions.expiresAt, new Date(now))),
    db.orm.delete(verifications).where(lt(verifications.expiresAt, new Date(now))),
    db.orm.delete(invites).where(lt(invites.expiresAt, now)),
    db.orm.delete(attempts).where(lt(attempts.resetAt, now)),
  ])
}

import { asc, eq, sql } from 'drizzle-orm'
import { refusal } from '../refusal.ts'
import type { Accounts } from './accounts.ts'
import { members, reviewers, users } from './schema.ts'

/** Somebody who reviews applications, in the whole deployment. Times are milliseconds since 1970. */
export interface Reviewer {
  userId: string
  name: string
  email: string
  /** Who named them: an operator's e-mail address, or the name of a token. */
  namedBy: string
  createdAt: number
}

/** Far more than any programme has. */
export const MOST_REVIEWERS = 200

/** All of them, who was named first comes first. One query. */
export async function listReviewers({ db }: Pick<Accounts, 'db'>): Promise<Reviewer[]> {
  const { userId, namedBy, createdAt } = reviewers
  return db.orm
    .select({ userId, name: users.name, email: users.email, namedBy, createdAt })
    .from(reviewers)
    .innerJoin(users, eq(users.id, userId))
    .orderBy(asc(createdAt), asc(userId))
    .limit(MOST_REVIEWERS)
}

/**
 * Makes somebody a reviewer, by the address that they sign in with. Throws `Refusal` 400 with the field `email` when nobody
 * has it or they belong to no workspace, 409 when they are one already or there are as many as may be.
 */
export async function nameReviewer({ db, ctx }: Accounts, email: string, namedBy: string): Promise<Reviewer> {
  const address = email.trim().toLowerCase()
  const belongs = sql<number>`EXISTS (SELECT 1 FROM ${members} WHERE ${members.userId} = ${users.id})`
  const [person] = await db.orm
    .select({ userId: users.id, name: users.name, email: users.email, belongs })
    .from(users)
    .where(eq(users.email, address))
  if (!person) {
    throw refusal(400, 'Nobody signs in with this address. Invite them first, as a read-only member or more.', 'email')
  }
  if (person.belongs === 0) {
    throw refusal(400, 'They belong to no workspace, so they could see no page. Invite them to one first.', 'email')
  }
  const { userId, name } = person
  const createdAt = ctx.now()
  const room = sql`(SELECT count(*) FROM ${reviewers}) < ${MOST_REVIEWERS}`
  const made = await db.orm
    .insert(reviewers)
    .select(sql`SELECT ${userId}, ${namedBy}, ${createdAt} WHERE ${room}`)
    .onConflictDoNothing()
    .returning({ userId: reviewers.userId })
  if (made.length === 0) {
    const words = `They are a reviewer already, or there are ${MOST_REVIEWERS}, which is as many as there may be.`
    throw refusal(409, words, 'email')
  }
  return { userId, name, email: person.email, namedBy, createdAt }
}

/** From the next click on they are none any more. Throws `Refusal` 404 when they were none. */
export async function endReviewer({ db }: Pick<Accounts, 'db'>, userId: string): Promise<void> {
  const gone = await db.orm
    .delete(reviewers)
    .where(eq(reviewers.userId, userId))
    .returning({ userId: reviewers.userId })
  if (gone.length === 0) throw refusal(404, `There is no reviewer ${userId}.`)
}

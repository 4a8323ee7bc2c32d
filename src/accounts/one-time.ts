import { Buffer } from 'node:buffer'
import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Accounts } from './accounts.ts'
import { verifications } from './schema.ts'

/** Makes the secret of a link of some kind, good once; `value` is whom it is for. Kept is its hash. */
export async function oneTime(origin: string, accounts: Accounts, kind: string, userId: string, lastsMs: number) {
  const { $context } = await accounts.library(origin)
  const token = linkToken(accounts.ctx)
  const expiresAt = accounts.ctx.now() + lastsMs
  await (
    await $context
  ).internalAdapter.createVerificationValue({
    identifier: `${kind}:${token}`,
    value: userId,
    expiresAt: new Date(expiresAt),
  })
  return { token, expiresAt }
}

/**
 * The secret part of a link: 160 bits as hexadecimal digits, because what shows requests as they pass (`wrangler tail`)
 * leaves out of an address what has 32 of them.
 */
export function linkToken(ctx: Pick<Context, 'randomBytes'>): string {
  return Buffer.from(ctx.randomBytes(20)).toString('hex')
}

/** A path as it may be logged: without the secret of a link. */
export function loggable(path: string): string {
  return path.replace(
    /^\/(sign-in|sign-up|reset|invites|beta|streams|partners\/confirm|partners\/immediate-access\/confirm|partners\/status)\/(?!code$).+/,
    '/$1/…',
  )
}

/**
 * Ends every link that was made for a person. Whoever made one before could do so by what the person was then: a member of
 * one workspace only, with another password.
 */
export async function endLinks({ db }: Accounts, userId: string): Promise<void> {
  await db.orm.delete(verifications).where(eq(verifications.value, userId))
}

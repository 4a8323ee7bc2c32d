import type { BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import * as v from 'valibot'
import type { Context } from '../context.ts'

const signInLinkIdentifier = (token: string) => `sign-in-link:${token}`

/** Signs in whoever brings the token of a one-time link, which is spent by that. */
export function signInLink({ now }: Pick<Context, 'now'>) {
  return {
    id: 'sign-in-link',
    endpoints: {
      signInByLink: createAuthEndpoint.serverOnly(
        { method: 'POST', body: v.object({ token: v.string() }) },
        async (ctx) => {
          const { internalAdapter } = ctx.context
          const spent = await internalAdapter.consumeVerificationValue(signInLinkIdentifier(ctx.body.token))
          const user =
            spent && spent.expiresAt.getTime() > now() ? await internalAdapter.findUserById(spent.value) : null
          if (!user) throw new APIError('UNAUTHORIZED', { code: 'INVALID_TOKEN', message: 'The link is spent.' })
          const session = await internalAdapter.createSession(user.id)
          await setSessionCookie(ctx, { session, user })
          return ctx.json({ userId: user.id })
        },
      ),
    },
  } satisfies BetterAuthPlugin
}

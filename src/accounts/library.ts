import { APIError } from 'better-auth/api'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { betterAuth } from 'better-auth/minimal'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { randomId } from '../context.ts'
import { spendCode } from './attempts.ts'
import { cookiePrefix, SESSION_SECONDS } from './cookies.ts'
import { DEVICE_SECONDS, deviceCookie } from './devices.ts'
import type { Database } from '../settings/index.ts'
import { credentials, sessions, twoFactors, users, verifications } from './schema.ts'
import { signInLink } from './sign-in-link.ts'

export type Library = ReturnType<typeof openLibrary>

const SHORTEST_PASSWORD = 10
const RESET_SECONDS = 3_600

/**
 * better-auth: passwords, sessions, authenticator apps. Its own routes are not mounted: pages call its functions, so that
 * what is reachable is what the router shows. Membership, roles, invitations and limits are this room's.
 */
export function openLibrary(db: Database, secrets: { version: number; value: string }[], origin: string) {
  return betterAuth({
    appName: 'Sluice',
    baseURL: origin,
    secrets,
    database: drizzleAdapter(db.orm, {
      provider: 'sqlite',
      schema: {
        user: users,
        session: sessions,
        account: credentials,
        verification: verifications,
        twoFactor: twoFactors,
      },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
    },
    databaseHooks: {
      session: {
        create: {
          // Every way in makes a session, and so does the code that switches an authenticator app on.
          before: async ({ userId }, endpoint) => {
            if (!endpoint) return
            const { code } = (endpoint.body ?? {}) as { code?: unknown }
            if (endpoint.path === '/two-factor/verify-totp' && !(await spendCode(db, userId, String(code)))) {
              throw new APIError('UNAUTHORIZED', { code: 'CODE_SPENT', message: 'This code was used before.' })
            }
            const { name, attributes } = endpoint.context.createAuthCookie(deviceCookie(userId), {
              maxAge: DEVICE_SECONDS,
            })
            const value = randomId(db.ctx, `${userId}.`)
            await endpoint.setSignedCookie(name, value, endpoint.context.secret, attributes)
          },
        },
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      additionalFields: { workspaceId: { type: 'string', required: false, input: false } },
    },
    // A look at a link writes nothing; `tidy.ts` removes what has ended.
    verification: { storeIdentifier: 'hashed', disableCleanup: true },
    // `attempts.ts` counts instead, for everything that can be guessed and where all isolates see it.
    rateLimit: { enabled: false },
    plugins: [twoFactor({ issuer: 'Sluice', allowPasswordless: true }), signInLink(db.ctx)],
    advanced: {
      cookiePrefix,
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
      // What stands here is `shield.ts`.
      disableOriginCheck: true,
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}

import type { MiddlewareHandler } from 'hono'
import { type AccessEnv, deploymentRoleOf, type Role } from '../../../src/accounts/index.ts'
import { FIRST_WORKSPACE } from '../../../src/settings/index.ts'

/** Somebody who is signed in, without the signing in: that has tests of its own. */
export function signedInAs(role: Role, workspaceId = FIRST_WORKSPACE): MiddlewareHandler<AccessEnv> {
  return async (c, next) => {
    c.set('access', { workspaceId, role, ...deploymentRoleOf(workspaceId, role, false), userId: 'usr_test' })
    c.set('person', {
      userId: 'usr_test',
      sessionId: 'ses_test',
      name: 'Test Person',
      email: 'test@example.com',
      twoFactor: false,
      workspaces: [{ id: workspaceId, name: 'Test Workspace', role, sources: [] }],
    })
    await next()
  }
}

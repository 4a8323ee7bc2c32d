import type { Database } from '../settings/index.ts'
import { FIRST_WORKSPACE, workspaceOfToken } from '../settings/index.ts'
import type { Access } from './access.ts'

/** What a bearer token opens, or `undefined`. */
export async function accessOfToken(
  db: Database,
  token: string,
  adminToken: string | undefined,
): Promise<Access | undefined> {
  const workspaceId = await workspaceOfToken(db, token, adminToken)
  if (workspaceId === undefined) return undefined
  return { workspaceId, role: 'owner', tokenId: workspaceId === FIRST_WORKSPACE ? 'admin' : 'token' }
}

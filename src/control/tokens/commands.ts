import { type Access, type ApiToken, endToken, issueToken } from '../../accounts/index.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { newToken } from './input.ts'

type Deps = Pick<ControlDeps, 'db'>

/** `body` is what a caller sent. Throws `Refusal` 400 with every problem and its field. */
export async function createToken({ db }: Deps, maker: Access, body: unknown): Promise<ApiToken & { token: string }> {
  const { name, scope } = checked(newToken, body)
  return issueToken(db, maker, name, scope)
}

/** Throws 404 where there is none. It opens nothing any more. */
export async function revokeToken({ db }: Deps, workspaceId: string, id: string): Promise<void> {
  await endToken(db, workspaceId, id)
}

import { type Access, type ApiToken, createToken, deleteToken } from '../../accounts/index.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { newToken } from './input.ts'

type Deps = Pick<ControlDeps, 'db'>

/** `body` is what a caller sent. Throws `Refusal` 400 with every problem and its field. */
export async function makeToken({ db }: Deps, maker: Access, body: unknown): Promise<ApiToken & { token: string }> {
  const { name, scope } = checked(newToken, body)
  return createToken(db, maker, name, scope)
}

/** Throws 404 where there is none. It opens nothing any more. */
export async function endToken({ db }: Deps, workspaceId: string, id: string): Promise<void> {
  await deleteToken(db, workspaceId, id)
}

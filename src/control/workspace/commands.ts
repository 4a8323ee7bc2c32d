import * as v from 'valibot'
import { renameWorkspace } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { name } from '../input.ts'
import type { ControlDeps } from '../request.ts'

const workspaceChanges = v.strictObject({ name })

/** `body` is what a caller sent: `{"name":"…"}`. Throws `Refusal` 400 with every problem and its field. */
export async function changeWorkspace(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  body: unknown,
): Promise<void> {
  await renameWorkspace(db, workspaceId, checked(workspaceChanges, body).name)
}

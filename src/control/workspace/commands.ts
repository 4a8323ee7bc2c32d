import { renameWorkspace } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { workspaceChanges } from './input.ts'

/** `body` is what a caller sent: `{"name":"…"}`. Throws `Refusal` 400 with every problem and its field. */
export async function updateWorkspace(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  body: unknown,
): Promise<void> {
  await renameWorkspace(db, workspaceId, checked(workspaceChanges, body).name)
}

import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { sendDownload } from '../download-answer.ts'
import { filterOf } from '../filter.ts'
import type { PageOwner } from './owner.ts'
import { askedOf } from './asked.ts'

/** `GET …/dead-letters/download`: the list as a file, whole. */
export async function downloadLetters(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const { lane } = await owner.describe(c, deps)
  const asked = askedOf(c)
  return sendDownload(c, deps, lane, { filter: filterOf((name) => asked[name]) })
}

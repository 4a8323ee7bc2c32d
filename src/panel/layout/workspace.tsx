import type { PanelContext } from '../deps.ts'
import { firstLetter } from '../words.ts'

/** Which workspace this is. The place of the switcher. */
export function WorkspaceSwitcher({ c }: { c: PanelContext }) {
  const { access, person } = c.var
  const name = person?.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? 'Workspace'
  return (
    <div class="workspace">
      <span class="workspace-mark" aria-hidden="true">
        {firstLetter(name)}
      </span>
      <span class="workspace-name">{name}</span>
    </div>
  )
}

/** Who is signed in. */
export function PersonLine({ c }: { c: PanelContext }) {
  const { person } = c.var
  return person ? <p class="person">{person.email}</p> : null
}

import type { PanelContext } from '../context.ts'
import { Mark } from '../components/mark.tsx'

/** Which workspace this is. The place of the switcher. */
export function WorkspaceLink({ c }: { c: PanelContext }) {
  const { access, person } = c.var
  const name = person?.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? 'Workspace'
  return (
    <div class="workspace">
      <Mark name={name} />
      <a class="workspace-name" href="/workspace">
        {name}
      </a>
    </div>
  )
}

/** Who is signed in. */
export function PersonLine({ c }: { c: PanelContext }) {
  const { person } = c.var
  if (!person) return null
  return (
    <form class="person" method="post" action="/sign-out">
      <a href="/profile">{person.email}</a>
      <button class="button button-quiet button-small" type="submit">
        Sign out
      </button>
    </form>
  )
}

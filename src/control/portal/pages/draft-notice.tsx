import { Notice } from '../../../ui/components/notice.tsx'
import type { OwnIntegration } from '../../catalogue/index.ts'

/** Whose content stands below, where customers have another: that of a draft, or of what a draft will be made of. */
export function DraftNotice({ of: { draft, live, versioned } }: { of: OwnIntegration }) {
  if (!versioned) return null
  const path = `/integrations/${live.id}/versions`
  return draft ? (
    <Notice title={`This is version ${draft.number}, a draft.`}>
      Customers have version {live.live}. <a href={`${path}/${draft.number}`}>See what is another, and submit it</a>
    </Notice>
  ) : (
    <Notice title="Customers have this.">
      What you save becomes the draft of a new <a href={path}>version</a>, and changes nothing for them before you
      submit it.
    </Notice>
  )
}

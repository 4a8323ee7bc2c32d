import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import type { Living } from '../queries.ts'
import { LIFE_TONES, STATE_MEANS, STATE_WORDS } from '../words.ts'

/** What the pages of an integration's life begin with, for its partner. */
export function lifeHead({ integration }: Living, tab: 'life' | 'invitations') {
  const { id, slug, status } = integration
  const at = `/integrations/${id}`
  return {
    title: titleOf(integration),
    current: 'catalogue' as const,
    crumbs: [
      ['Catalogue', '/catalogue'],
      [titleOf(integration), `/catalogue/${encodeURIComponent(slug)}`],
    ] satisfies Crumb[],
    state: <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
    lead: STATE_MEANS[status],
    tabs: (
      <Tabs
        label="Integration"
        current={tab}
        tabs={[
          { key: 'life', label: 'Lifecycle', href: `${at}/lifecycle` },
          { key: 'invitations', label: 'Invitations', href: `${at}/invitations` },
        ]}
      />
    ),
  }
}

import type { Access } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { IntegrationTabs } from '../../integration-tabs.tsx'
import type { Living } from '../queries.ts'
import { LIFE_TONES, STATE_MEANS, STATE_WORDS } from '../words.ts'

/** What the pages of an integration's life begin with, for its partner. */
export function lifeHead(
  { integration }: Living,
  tab: 'life' | 'customers' | 'growth' | 'quality' | 'redelivery' | 'invitations',
  access: Access,
) {
  const { id, status } = integration
  return {
    title: titleOf(integration),
    current: 'integrations' as const,
    crumbs: [['Your integrations', '/integrations']] satisfies Crumb[],
    state: <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
    lead: STATE_MEANS[status],
    tabs: <IntegrationTabs id={id} current={tab} access={access} />,
  }
}

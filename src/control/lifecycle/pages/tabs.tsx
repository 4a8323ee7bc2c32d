import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { IntegrationTabs } from '../../integration-tabs.tsx'
import type { Living } from '../queries.ts'
import { LIFE_TONES, STATE_MEANS, STATE_WORDS } from '../words.ts'

/** What the pages of an integration's life begin with, for its partner. */
<<<<<<< HEAD
export function lifeHead({ integration }: Living, tab: 'life' | 'invitations') {
  const { id, status } = integration
||||||| parent of ac09efc (An integration is public as soon as ten customers use it: each with deliveries of its own on three of fourteen days, and whatever could be bought does not count)
export function lifeHead({ integration }: Living, tab: 'life' | 'invitations') {
  const { id, slug, status } = integration
  const at = `/integrations/${id}`
=======
export function lifeHead({ integration }: Living, tab: 'life' | 'customers' | 'invitations') {
  const { id, slug, status } = integration
  const at = `/integrations/${id}`
>>>>>>> ac09efc (An integration is public as soon as ten customers use it: each with deliveries of its own on three of fourteen days, and whatever could be bought does not count)
  return {
    title: titleOf(integration),
    current: 'integrations' as const,
    crumbs: [['Your integrations', '/integrations']] satisfies Crumb[],
    state: <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
    lead: STATE_MEANS[status],
<<<<<<< HEAD
    tabs: <IntegrationTabs id={id} current={tab} />,
||||||| parent of ac09efc (An integration is public as soon as ten customers use it: each with deliveries of its own on three of fourteen days, and whatever could be bought does not count)
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
=======
    tabs: (
      <Tabs
        label="Integration"
        current={tab}
        tabs={[
          { key: 'life', label: 'Lifecycle', href: `${at}/lifecycle` },
          { key: 'customers', label: 'Customers', href: `${at}/customers` },
          { key: 'invitations', label: 'Invitations', href: `${at}/invitations` },
        ]}
      />
    ),
>>>>>>> ac09efc (An integration is public as soon as ten customers use it: each with deliveries of its own on three of fourteen days, and whatever could be bought does not count)
  }
}

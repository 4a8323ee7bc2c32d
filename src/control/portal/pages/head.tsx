import type { Access } from '../../../accounts/index.ts'
import { type Integration, titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { catalogueStatus, kindName } from '../../catalogue/pages/index.ts'
import { type IntegrationTab, IntegrationTabs } from '../../integration-tabs.tsx'

/** What all pages of an integration of one's own begin with. */
export function integrationHead(
  integration: Pick<Integration, 'id' | 'slug' | 'name' | 'title' | 'kind' | 'status'>,
  tab: IntegrationTab,
  access: Access,
) {
  const { id, slug, kind } = integration
  const { tone, words } = catalogueStatus(integration)
  return {
    title: titleOf(integration),
    current: 'integrations',
    crumbs: [['Your integrations', '/integrations']] satisfies Crumb[],
    state: <Badge tone={tone}>{words}</Badge>,
    lead: (
      <>
        {kindName(kind)} · <a href={`/catalogue/${encodeURIComponent(slug)}`}>as customers find it</a>
      </>
    ),
    tabs: <IntegrationTabs id={id} current={tab} access={access} />,
  }
}

import type { Access } from '../../../accounts/index.ts'
import { type Integration, titleOf } from '../../../integrations/index.ts'
import type { PageProps } from '../../../ui/layout/page.tsx'
import { IntegrationTabs } from '../../integration-tabs.tsx'

/** What the pages of an integration that is tried have in common. */
export function tryingHead(
  integration: Pick<Integration, 'id' | 'name' | 'title'>,
  current: 'certifications' | 'console',
  access: Access,
): Pick<PageProps, 'title' | 'current' | 'tabs'> & { crumbs: NonNullable<PageProps['crumbs']> } {
  const { id } = integration
  const title = titleOf(integration)
  return {
    title: current === 'console' ? `Console of ${title}` : `Certification of ${title}`,
    current: 'integrations',
    crumbs: [
      ['Your integrations', '/integrations'],
      [title, `/integrations/${id}`],
    ],
    tabs: <IntegrationTabs id={id} current={current} access={access} />,
  }
}

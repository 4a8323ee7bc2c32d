import type { Integration } from '../../../integrations/index.ts'
import { Tabs } from '../../../ui/components/tabs.tsx'
import type { PageProps } from '../../../ui/layout/page.tsx'

/** What the pages of an integration that is tried have in common. */
export function tryingHead(
  { id, name, slug }: Pick<Integration, 'id' | 'name' | 'slug'>,
  current: 'certifications' | 'console',
): Pick<PageProps, 'title' | 'current' | 'crumbs' | 'tabs'> {
  const tab = (key: typeof current, label: string) => ({ key, label, href: `/integrations/${id}/${key}` })
  return {
    title: current === 'console' ? `Console of ${name}` : `Certification of ${name}`,
    current: 'catalogue',
    crumbs: [
      ['Catalogue', '/catalogue'],
      [name, `/catalogue/${slug}`],
    ],
    tabs: (
      <Tabs
        label="Trying the endpoint"
        current={current}
        tabs={[tab('certifications', 'Certification'), tab('console', 'Console')]}
      />
    ),
  }
}

import { sourceKindName } from '../../../integrations/index.ts'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import { LabelTags } from '../../labels/pages/index.ts'
import type { SourceDescription } from '../queries.ts'

/** What the pages of one source begin with. */
export function sourceHead({ id, name, enabled, metadataId, slug, labels }: SourceDescription, tab: string) {
  return {
    title: name,
    current: 'sources' as const,
    crumbs: [['Sources', '/sources']] satisfies Crumb[],
    state: <EnabledBadge enabled={enabled} />,
    lead: (
      <>
        {sourceKindName(metadataId)} · <span class="mono">{slug}</span> <LabelTags labels={labels} />
      </>
    ),
    tabs: <SourceTabs id={id} current={tab} />,
  }
}

/** The pages of one source. */
export function SourceTabs({ id, current }: { id: string; current: string }) {
  const at = `/sources/${id}`
  return (
    <Tabs
      label="Source"
      current={current}
      tabs={[
        { key: 'overview', label: 'Overview', href: at },
        { key: 'schema', label: 'Events', href: `${at}/schema` },
        { key: 'delivery-overview', label: 'Delivery', href: `${at}/delivery-overview` },
        { key: 'debugger', label: 'Debugger', href: `${at}/debugger` },
        { key: 'setup', label: 'Set up', href: `${at}/setup` },
        { key: 'settings', label: 'Settings', href: `${at}/settings` },
      ]}
    />
  )
}

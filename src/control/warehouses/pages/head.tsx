import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import type { WarehouseReport } from '../../../warehouse/index.ts'
import type { WarehouseRow } from '../queries.ts'
import { warehouseWords } from '../words.ts'

const TABS: readonly [key: string, label: string][] = [
  ['', 'Overview'],
  ['sources', 'Sources'],
  ['tables', 'Tables'],
  ['syncs', 'Syncs'],
  ['bi', 'BI tools'],
  ['jobs', 'Backfill, erase'],
  ['test', 'Test'],
  ['settings', 'Settings'],
]

/** What all pages of one warehouse begin with. */
export function warehouseHead(
  { id, name, enabled, entry, report }: Pick<WarehouseRow, 'id' | 'name' | 'enabled' | 'entry' | 'report'>,
  tab: string,
  now: WarehouseReport | null = report,
) {
  const { tone, label } = warehouseWords({ enabled, report: now })
  const at = `/warehouses/${id}`
  return {
    title: name,
    current: 'warehouses' as const,
    crumbs: [['Warehouses', '/warehouses']] satisfies Crumb[],
    state: (
      <span id="state">
        <Badge tone={tone}>{label}</Badge>
      </span>
    ),
    lead: entry && <a href={`/catalogue/${encodeURIComponent(entry.slug)}`}>{titleOf(entry)}</a>,
    tabs: (
      <Tabs
        label="Warehouse"
        current={tab}
        tabs={TABS.map(([key, text]) => ({ key, label: text, href: key === '' ? at : `${at}/${key}` }))}
      />
    ),
  }
}

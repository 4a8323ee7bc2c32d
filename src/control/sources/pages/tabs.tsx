import { Tabs } from '../../../ui/components/tabs.tsx'

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
        { key: 'debugger', label: 'Debugger', href: `${at}/debugger` },
        { key: 'setup', label: 'Set up', href: `${at}/setup` },
        { key: 'settings', label: 'Settings', href: `${at}/settings` },
      ]}
    />
  )
}

import { titleOf } from '../../../integrations/index.ts'
import type { Destination } from '../../../settings/index.ts'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import { isSent } from '../carry.ts'
import type { DestinationWithHealth } from '../queries.ts'
import { DestinationState } from './state.tsx'

/** The pages of one destination. */
export function DestinationTabs({ of, current }: { of: Destination; current: string }) {
  const at = `/destinations/${of.id}`
  return (
    <Tabs
      label="Destination"
      current={current}
      tabs={[
        { key: 'overview', label: 'Overview', href: at },
        ...(isSent(of)
          ? [
              { key: 'delivery-overview', label: 'Delivery overview', href: `${at}/delivery-overview` },
              { key: 'dead-letters', label: 'Dead letters', href: `${at}/dead-letters` },
            ]
          : []),
        ...(of.integration.maker !== undefined && of.integration.maker !== of.workspaceId
          ? [{ key: 'partner', label: 'Partner', href: `${at}/partner` }]
          : []),
        ...(of.integration.maker === undefined && of.integration.kind !== 'webhook'
          ? []
          : [{ key: 'access', label: 'Access', href: `${at}/access` }]),
        { key: 'test', label: 'Test', href: `${at}/test` },
        { key: 'settings', label: 'Settings', href: `${at}/settings` },
      ]}
    />
  )
}

/** What all pages of one destination begin with. */
export function destinationHead(destination: DestinationWithHealth & { sourceName: string }, tab: string, now: number) {
  const { name, sourceId, sourceName, integration } = destination
  return {
    title: name,
    current: 'destinations' as const,
    crumbs: [['Destinations', '/destinations']] satisfies Crumb[],
    state: <DestinationState of={destination} now={now} id="state" />,
    lead: (
      <>
        <a href={`/catalogue/${encodeURIComponent(integration.slug)}`}>{titleOf(integration)}</a> · events of{' '}
        <a href={`/sources/${sourceId}`}>{sourceName}</a>
      </>
    ),
    tabs: <DestinationTabs of={destination} current={tab} />,
  }
}

import { Tabs } from '../ui/components/tabs.tsx'

/** The pages of an integration for whoever makes it, of whichever feature. */
const TABS = [
  { key: 'content', label: 'Content', path: '' },
  { key: 'manifest', label: 'Manifest', path: '/manifest' },
  { key: 'certifications', label: 'Certification', path: '/certifications' },
  { key: 'console', label: 'Console', path: '/console' },
  { key: 'life', label: 'Lifecycle', path: '/lifecycle' },
  { key: 'customers', label: 'Customers', path: '/customers' },
  { key: 'invitations', label: 'Invitations', path: '/invitations' },
] as const

export type IntegrationTab = (typeof TABS)[number]['key']

export function IntegrationTabs({ id, current }: { id: string; current: IntegrationTab }) {
  const tabs = TABS.map(({ key, label, path }) => ({ key, label, href: `/integrations/${id}${path}` }))
  return <Tabs label="Integration" current={current} tabs={tabs} />
}

import { type Access, may } from '../accounts/index.ts'
import { Tabs } from '../ui/components/tabs.tsx'

/** The pages of an integration for whoever makes it, of whichever feature. `writes`: only for who may change it. */
const TABS = [
  { key: 'content', label: 'Content', path: '', writes: true },
  { key: 'manifest', label: 'Manifest', path: '/manifest', writes: true },
  { key: 'certifications', label: 'Certification', path: '/certifications', writes: false },
  { key: 'console', label: 'Console', path: '/console', writes: false },
  { key: 'versions', label: 'Versions', path: '/versions', writes: false },
  { key: 'life', label: 'Lifecycle', path: '/lifecycle', writes: false },
  { key: 'customers', label: 'Customers', path: '/customers', writes: false },
  { key: 'growth', label: 'Growth', path: '/growth', writes: false },
  { key: 'quality', label: 'Quality', path: '/quality', writes: false },
  { key: 'redelivery', label: 'After an outage', path: '/redelivery', writes: false },
  { key: 'invitations', label: 'Invitations', path: '/invitations', writes: false },
  { key: 'co-marketing', label: 'Quote', path: '/co-marketing', writes: false },
  { key: 'clients', label: 'Enable', path: '/clients', writes: true },
] as const

export type IntegrationTab = (typeof TABS)[number]['key']

interface Props {
  id: string
  current: IntegrationTab
  access: Access
}

export function IntegrationTabs({ id, current, access }: Props) {
  const mine = TABS.filter(({ writes }) => !writes || may(access, 'integrations:write'))
  const tabs = mine.map(({ key, label, path }) => ({ key, label, href: `/integrations/${id}${path}` }))
  return <Tabs label="Integration" current={current} tabs={tabs} />
}

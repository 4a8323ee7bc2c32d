import type { Integration } from '../../../integrations/index.ts'

/** Where an entry of the catalogue is looked for, by its slug. What is not here is found under its kind. */
const BY_SLUG: Record<string, string> = {
  webhooks: 'Raw Data',
  'adobe-target': 'A/B Testing',
  amplitude: 'Analytics',
  braze: 'Marketing Automation',
  commandbar: 'Personalization',
  friendbuy: 'Referrals',
  fullstory: 'Heatmaps & Recordings',
  'google-analytics-4': 'Analytics',
  heap: 'Analytics',
  hubspot: 'CRM',
  intercom: 'Livechat',
  iterate: 'Surveys',
  koala: 'Enrichment',
  logrocket: 'Heatmaps & Recordings',
  playerzero: 'Performance Monitoring',
  ripe: 'Enrichment',
  sabil: 'Security & Fraud',
  screeb: 'Surveys',
  'segment-utilities': 'Tag Managers',
  sprig: 'Surveys',
  stackadapt: 'Advertising',
  upollo: 'Customer Success',
  userpilot: 'Customer Success',
  vwo: 'A/B Testing',
  wisepops: 'Personalization',
}

/** Words for a kind; one that is not here is shown as it is. */
const KINDS: Record<string, { name: string; how: string; category: string }> = {
  direct: {
    name: 'Direct',
    how: 'Each event is sent to the endpoint of its maker, with your API key.',
    category: 'Partners',
  },
  webhook: { name: 'Webhook', how: 'Each event is sent to addresses of your own.', category: 'Raw Data' },
  packaged: {
    name: 'Packaged',
    how: 'Its own code runs in your pages and gets the events there. Nothing is sent from here.',
    category: 'In the page',
  },
  warehouse: { name: 'Warehouse', how: 'Events become rows in your database.', category: 'Warehouses' },
  actions: { name: 'Actions', how: 'Each event becomes the calls that the tool’s own API wants.', category: 'Actions' },
}

export function kindName(kind: string): string {
  return KINDS[kind]?.name ?? kind
}

export function kindWords(kind: string): string | undefined {
  return KINDS[kind]?.how
}

/** `braze-cloud-plugins` and `hubspot-web` are Braze and HubSpot all the same. */
export function categoryOf({ slug, kind }: Pick<Integration, 'slug' | 'kind'>): string {
  const plain = slug.replace(/-(?:web|(?:cloud-)?plugins)$/, '')
  const found = [slug, plain].find((one) => Object.hasOwn(BY_SLUG, one))
  return (found === undefined ? undefined : BY_SLUG[found]) ?? KINDS[kind]?.category ?? 'Other'
}

/** What a status of the partner programme means to a customer. */
const STATUSES: Record<string, { tone: 'good' | 'warn' | 'off' | 'info'; words: string }> = {
  PUBLIC: { tone: 'good', words: 'Available' },
  PUBLIC_BETA: { tone: 'info', words: 'Beta' },
  PRIVATE_BETA: { tone: 'info', words: 'Private beta' },
  PRIVATE_SUBMITTED: { tone: 'warn', words: 'In review' },
  PRIVATE_BUILDING: { tone: 'warn', words: 'Yours, being built' },
  DEPRECATED: { tone: 'off', words: 'Going away' },
  UNAVAILABLE: { tone: 'off', words: 'Not available' },
}

export function statusOf({ status }: Pick<Integration, 'status'>) {
  return STATUSES[status] ?? { tone: 'info' as const, words: status }
}

import type { Integration } from '../../../integrations/index.ts'

/** Words for a kind; one that is not here is shown as it is. */
const KINDS: Record<string, { name: string; how: string }> = {
  direct: {
    name: 'Direct',
    how: 'Each event is sent to the endpoint of its maker, with your API key.',
  },
  webhook: { name: 'Webhook', how: 'Each event is sent to addresses of your own.' },
  packaged: {
    name: 'Packaged',
    how: 'Its own code runs in your pages and gets the events there. Nothing is sent from here.',
  },
  warehouse: { name: 'Warehouse', how: 'Events become rows in your database.' },
  bi: { name: 'BI tool', how: 'It reads the tables of a warehouse, with a user that may do nothing else.' },
  actions: { name: 'Actions', how: 'Each event becomes the calls that the tool’s own API wants.' },
}

export function kindName(kind: string): string {
  return KINDS[kind]?.name ?? kind
}

export function kindWords(kind: string): string | undefined {
  return KINDS[kind]?.how
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

export function catalogueStatus({ status }: Pick<Integration, 'status'>) {
  return STATUSES[status] ?? { tone: 'info' as const, words: status }
}

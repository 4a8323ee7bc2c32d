import type { Kind } from './integration.ts'

/** Where an entry of the catalogue is looked for, in Segment's words as far as it has some. */
export type Category =
  | 'A/B Testing'
  | 'Advertising'
  | 'Analytics'
  | 'BI tools'
  | 'CRM'
  | 'Customer Success'
  | 'Enrichment'
  | 'Heatmaps & Recordings'
  | 'In the page'
  | 'Livechat'
  | 'Marketing Automation'
  | 'Partners'
  | 'Performance Monitoring'
  | 'Personalization'
  | 'Raw Data'
  | 'Referrals'
  | 'Security & Fraud'
  | 'Surveys'
  | 'Tag Managers'
  | 'Warehouses'

/** Where an integration is found that says nothing of itself. */
export const CATEGORY_OF_KIND: Record<Kind, Category> = {
  direct: 'Partners',
  webhook: 'Raw Data',
  packaged: 'In the page',
  warehouse: 'Warehouses',
  bi: 'BI tools',
}

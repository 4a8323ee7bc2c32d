import type { Kind } from './integration.ts'

/** Where an entry of the catalogue is looked for, in Segment's words as far as it has some. */
export const CATEGORIES = [
  'A/B Testing',
  'Advertising',
  'Analytics',
  'Attribution',
  'BI tools',
  'CRM',
  'Customer Success',
  'Deep Linking',
  'Email Marketing',
  'Enrichment',
  'Feature Flagging',
  'Heatmaps & Recordings',
  'In the page',
  'Livechat',
  'Marketing Automation',
  'Partners',
  'Performance Monitoring',
  'Personalization',
  'Raw Data',
  'Referrals',
  'SMS & Push Notifications',
  'Security & Fraud',
  'Surveys',
  'Tag Managers',
  'Video',
  'Warehouses',
] as const
export type Category = (typeof CATEGORIES)[number]

/** Where an integration is found that says nothing of itself. */
export const CATEGORY_OF_KIND: Record<Kind, Category> = {
  direct: 'Partners',
  webhook: 'Raw Data',
  packaged: 'In the page',
  warehouse: 'Warehouses',
  bi: 'BI tools',
}

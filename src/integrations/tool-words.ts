import type { Category } from './categories.ts'

/** What people call a tool of the page, and what it does for them. Its own name stays what devices know it by. */
export interface ToolWords {
  title: string
  category: Category
  does: string
}

export const TOOL_WORDS: Readonly<Record<string, ToolWords>> = {
  'adobe-target': {
    category: 'A/B Testing',
    title: 'Adobe Target',
    does: 'Shows each visitor the variant of a page that fits them, and measures which one works better.',
  },
  'amplitude-plugins': {
    category: 'Analytics',
    title: 'Amplitude session ids',
    does: 'Writes Amplitude’s session id into your events, so that they can be grouped by visit where they are analysed. It sends nothing to Amplitude itself.',
  },
  braze: {
    category: 'Marketing Automation',
    title: 'Braze',
    does: 'Builds profiles of your customers and writes to them, by e-mail, push and messages in the page.',
  },
  'braze-cloud-plugins': {
    category: 'Marketing Automation',
    title: 'Braze repeats',
    does: 'Marks identify and group calls that say nothing new, so that Braze is not charged twice for them. It sends nothing to Braze itself.',
  },
  commandbar: {
    category: 'Personalization',
    title: 'CommandBar',
    does: 'Helps people find their way in your product: search, hints and tours in the page.',
  },
  friendbuy: {
    category: 'Referrals',
    title: 'Friendbuy',
    does: 'Runs referral programmes: who recommended whom, and what both get for it.',
  },
  fullstory: {
    category: 'Heatmaps & Recordings',
    title: 'Fullstory',
    does: 'Records what visitors see and do, so that you can watch where they get stuck.',
  },
  'google-analytics-4-web': {
    category: 'Analytics',
    title: 'Google Analytics 4',
    does: 'Counts visits and where they come from. From here it gets who visits and which page, not what they do there.',
  },
  heap: {
    category: 'Analytics',
    title: 'Heap',
    does: 'Collects every click of a page by itself, and shows which ways people take through your product.',
  },
  'hubspot-web': {
    category: 'CRM',
    title: 'HubSpot',
    does: 'Keeps contacts up to date in your CRM, with the pages that they looked at and what they did.',
  },
  intercom: {
    category: 'Livechat',
    title: 'Intercom',
    does: 'A chat in the page, in which your team knows who writes and which company they belong to.',
  },
  iterate: {
    category: 'Surveys',
    title: 'Iterate',
    does: 'Asks visitors short questions in the page, right after what they did.',
  },
  koala: {
    category: 'Enrichment',
    title: 'Koala',
    does: 'Tells your sales team which visitors and companies are about to buy.',
  },
  logrocket: {
    category: 'Heatmaps & Recordings',
    title: 'LogRocket',
    does: 'Records sessions together with errors and network calls, so that bugs can be seen as they happened.',
  },
  'playerzero-web': {
    category: 'Performance Monitoring',
    title: 'PlayerZero',
    does: 'Finds out which faults of your software which customers ran into.',
  },
  ripe: {
    category: 'Enrichment',
    title: 'Ripe',
    does: 'Finds out which companies your visitors are from, and adds what is known of them.',
  },
  sabil: {
    category: 'Security & Fraud',
    title: 'Sabil',
    does: 'Notices when one account is used by several people, and limits on how many devices at once.',
  },
  screeb: {
    category: 'Surveys',
    title: 'Screeb',
    does: 'Shows surveys and messages in the page, to the people that your events choose.',
  },
  'segment-utilities-web': {
    category: 'Tag Managers',
    title: 'Throttle',
    does: 'Keeps a page from sending the same event more often than you allow. It is no tool of its own.',
  },
  'sprig-web': {
    category: 'Surveys',
    title: 'Sprig',
    does: 'Asks people in the page about what they just did, and sorts their answers by topic.',
  },
  stackadapt: {
    category: 'Advertising',
    title: 'StackAdapt',
    does: 'Tells your advertising which visitors bought, so that campaigns find more of their kind.',
  },
  upollo: {
    category: 'Customer Success',
    title: 'Upollo',
    does: 'Recognises shared accounts and repeated trials, and writes into identify calls what it thinks of a person.',
  },
  userpilot: {
    category: 'Customer Success',
    title: 'Userpilot',
    does: 'Introduces people to your product: tours, checklists and hints in the page.',
  },
  vwo: {
    category: 'A/B Testing',
    title: 'VWO',
    does: 'Runs A/B tests of your pages, and counts which variant reaches its goal.',
  },
  wisepops: {
    category: 'Personalization',
    title: 'Wisepops',
    does: 'Shows popups, bars and banners to the visitors whom you choose, and counts what they bring.',
  },
}

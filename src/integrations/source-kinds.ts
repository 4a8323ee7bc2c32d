/**
 * Where events and objects can come from, in the shape of the Public API's SourceMetadata. All speak the tracking API but those
 * that are pulled from (`pull/vendors`).
 */
export interface SourceKind {
  id: string
  name: string
  slug: string
  description: string
  categories: string[]
}

/** The first is what a source is whose maker says nothing. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  kind('http-api', 'HTTP API', 'Your own client, in any language: a POST with JSON.', 'Raw Data'),
  kind('javascript', 'JavaScript', 'Websites: a snippet in the page, or analytics.js from npm.', 'Website'),
  kind('pixel', 'Pixel', 'E-mails and pages without scripts: an image that tracks.', 'Website'),
  kind('node', 'Node.js', 'Servers in JavaScript or TypeScript.', 'Server'),
  kind('python', 'Python', 'Servers and scripts in Python.', 'Server'),
  kind('ruby', 'Ruby', 'Servers in Ruby, with or without Rails.', 'Server'),
  kind('go', 'Go', 'Servers in Go.', 'Server'),
  kind('php', 'PHP', 'Servers in PHP.', 'Server'),
  kind('java', 'Java', 'Servers on the JVM.', 'Server'),
  kind('dotnet', '.NET', 'Servers and apps in C#.', 'Server'),
  kind('swift', 'Swift', 'iPhone, iPad, Mac, Apple Watch and Apple TV.', 'Mobile'),
  kind('kotlin', 'Kotlin', 'Android, and servers in Kotlin.', 'Mobile'),
  kind('react-native', 'React Native', 'Apps for iOS and Android from one code base.', 'Mobile'),
  kind('stripe', 'Stripe', 'Charges, customers, subscriptions, invoices: pulled every hour, for warehouses.', 'Pulled'),
  kind(
    'zendesk',
    'Zendesk',
    'Tickets, users, organizations, ticket events: pulled every hour, for warehouses.',
    'Pulled',
  ),
  kind('salesforce', 'Salesforce', 'Accounts, leads, opportunities, objects of your own: pulled every hour.', 'Pulled'),
]

function kind(id: string, name: string, description: string, category: string): SourceKind {
  return { id, name, slug: id, description, categories: [category] }
}

/** Whether its objects are pulled, and nothing is sent to it. */
export function isPulled(id: string): boolean {
  return SOURCE_KINDS.find((kind) => kind.id === id)?.categories.includes('Pulled') === true
}

/** What people call the platform of a source; an id that is none is shown as it is. */
export function sourceKindName(id: string): string {
  return SOURCE_KINDS.find((kind) => kind.id === id)?.name ?? id
}

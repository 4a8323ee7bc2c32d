export { publishPull } from './commands.ts'
export { findCloudSourceName, loadPullTerms, vendorOf } from './queries.ts'
export { cloudSources } from './schema.ts'

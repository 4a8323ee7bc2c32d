export { publishPull } from './commands.ts'
export { loadPullTerms, vendorOf } from './queries.ts'
export { cloudSources } from './schema.ts'

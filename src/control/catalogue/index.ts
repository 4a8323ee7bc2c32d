export { presentFields, presentIntegration, presentSourceKind } from './present.ts'
export { findEntry, findIntegration, listEntries, listIntegrations } from './queries.ts'

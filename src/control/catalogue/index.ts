export { presentFields, presentIntegration, presentSourceKind } from './present.ts'
export { findIntegration, listIntegrations } from './queries.ts'

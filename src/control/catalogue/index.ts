export { presentFields, presentIntegration, presentSourceKind } from './present.ts'
export { findIntegration } from './queries.ts'

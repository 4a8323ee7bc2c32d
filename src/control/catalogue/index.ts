export { closedToUser, closedWords, type CatalogueEntry } from './circle.ts'
export { presentFields, presentIntegration, presentSourceKind } from './present.ts'
export { findEntry, findIntegration, listEntries, listIntegrations } from './queries.ts'
export { betaGuests } from './schema.ts'

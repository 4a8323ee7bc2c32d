export { type Label, labelsOfSources } from './queries.ts'
export { sourceLabels } from './schema.ts'

export { type Label, LABELS_OF_SOURCE, labelsOfSources, labelText } from './queries.ts'
export { sourceLabels } from './schema.ts'

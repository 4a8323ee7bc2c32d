export { describeSource, getSource, searchSources, sourceIds } from './queries.ts'

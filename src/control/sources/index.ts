export { describeSource, getSource, searchSources, type SourceDescription, sourceIds } from './queries.ts'
export { guideFor, whereOf } from './snippets/index.ts'

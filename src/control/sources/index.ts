export { changeSource, endWriteKey, makeSource, makeWriteKey, removeSource } from './commands.ts'
export { describeSource, searchSources, type SourceDescription } from './queries.ts'
export { guideFor, whereOf } from './snippets/index.ts'

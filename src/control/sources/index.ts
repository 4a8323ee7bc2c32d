export { describeSource, getSource, searchSources, sourceIds } from './queries.ts'
export { publishTraffic } from './commands.ts'

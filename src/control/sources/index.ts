export { type BusySource, describeSource, getSource, listBusiest, searchSources, sourceIds } from './queries.ts'
export { publishTraffic } from './commands.ts'

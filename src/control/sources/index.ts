export {
  type BusySource,
  describeSource,
  getSource,
  listBusiest,
  searchSources,
  sourceIds,
  sourcesByIds,
} from './queries.ts'
export { sourceHealth } from './schema.ts'
export { publishTraffic } from './commands.ts'
export { presentSources } from './presented.ts'

export {
  type BusySource,
  describeSource,
  getSource,
  listSources,
  listBusiest,
  searchSources,
  sourceIds,
  sourcesByIds,
} from './queries.ts'
export { sourceHealth } from './schema.ts'
export { createSource, publishTraffic } from './commands.ts'
export { presentSources } from './presented.ts'

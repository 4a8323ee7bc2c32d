export { publishHealth } from './commands.ts'
export { can, endDestination, pendingOf } from './carry.ts'
export { presentWithHealth } from './present.ts'
export {
  type DestinationLine,
  type DestinationWithHealth,
  describeDestination,
  destinationNames,
  destinationsOfSource,
  getDestination,
  lineOf,
  listDestinations,
  searchDestinations,
} from './queries.ts'
export { describeHealth, type Health, successOf } from './health.ts'
export { destinationHealth } from './schema.ts'

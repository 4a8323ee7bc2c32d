export { connectForMaker, createDestination, deleteDestination, publishHealth, updateDestination } from './commands.ts'
export { can, endDestination, pendingOf } from './carry.ts'
export { presentWithHealth } from './present.ts'
export {
  describeFlow,
  type DestinationLine,
  type FlowTotals,
  needing,
  type RestOfFlow,
  type DestinationWithHealth,
  describeDestination,
  destinationNames,
  destinationsOfSource,
  getDestination,
  lineOf,
  listDestinations,
  searchDestinations,
} from './queries.ts'
export { describeHealth, freshOf, type Health, successOf } from './health.ts'
export { destinationHealth } from './schema.ts'

export { can, endDestination, pendingOf } from './carry.ts'
export { presentDestination } from './present.ts'
export {
  type DestinationLine,
  describeDestination,
  destinationNames,
  destinationsOfSource,
  getDestination,
  lineOf,
  listDestinations,
  searchDestinations,
} from './queries.ts'

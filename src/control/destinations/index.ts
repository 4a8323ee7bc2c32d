export { endDestination, pendingOf } from './carry.ts'
export { presentDestination } from './present.ts'
export {
  type DestinationLine,
  destinationNames,
  destinationsOfSource,
  lineOf,
  listDestinations,
  searchDestinations,
} from './queries.ts'

/** One verdict on an event and a destination, for all who ask: route, the live tail and the test of a destination. */
export { type FilterCode, FILTERS } from './filters.ts'
export { filterCode } from './match.ts'
export { replayed } from './replayed.ts'

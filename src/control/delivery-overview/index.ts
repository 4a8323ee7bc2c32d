export { archivedCounts } from './queries.ts'

export { archivedCounts, membersOf } from './queries.ts'

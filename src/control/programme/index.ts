export { brandOf } from './brand.ts'
export { getProgramme, type Programme } from './queries.ts'

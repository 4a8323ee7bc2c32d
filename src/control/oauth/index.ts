export { findStartUrl } from './queries.ts'

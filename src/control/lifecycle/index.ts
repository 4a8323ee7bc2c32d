export { tidyLifecycles } from './commands.ts'
export { findReview, type Review } from './queries.ts'

export { actByPlatform, tidyLifecycles } from './commands.ts'
export { findReview, getLiving, type Living, type Review } from './queries.ts'

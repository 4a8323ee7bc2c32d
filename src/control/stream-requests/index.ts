export { tidyStreamRequests } from './commands.ts'
export { findSharedStream, type SharedStream } from './queries.ts'

export { replays } from './schema.ts'
export { createReplay, publishReplay } from './commands.ts'
export { findReplayNames, openReplays } from './queries.ts'

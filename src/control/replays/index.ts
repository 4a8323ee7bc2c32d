export { replays } from './schema.ts'
export { publishReplay } from './commands.ts'
export { findReplayNames, openReplays } from './queries.ts'

export { replays } from './schema.ts'
export { publishReplay } from './commands.ts'
export { openReplays } from './queries.ts'

export { publishUsage } from './commands.ts'
export { eventVolume } from './volume.ts'
export { usageDays } from './schema.ts'

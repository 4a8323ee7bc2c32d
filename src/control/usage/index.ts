export { publishUsage } from './commands.ts'
export { usageDays } from './schema.ts'

export { foldDeliveries, judgeQuality } from './commands.ts'
export { endQuietAlarms, PartnerWatch } from './watch.ts'

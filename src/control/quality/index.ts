export { foldDeliveries, judgeQuality } from './commands.ts'
export { endQuietAlarms, PartnerWatch } from './watch.ts'
export { faresOf, sumOfRows } from './figures.ts'
export { type Growth, growthOf } from './queries.ts'

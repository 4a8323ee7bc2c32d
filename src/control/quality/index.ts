export { foldDeliveries, judgeQuality } from './commands.ts'

export { tidyRedelivery } from './commands.ts'

export { tidyApplications } from './commands.ts'

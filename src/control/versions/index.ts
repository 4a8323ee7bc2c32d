export { watchRollouts } from './commands.ts'

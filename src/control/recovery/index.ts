export { watchAll } from './watch.ts'

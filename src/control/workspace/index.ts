export { getWorkspace } from './queries.ts'

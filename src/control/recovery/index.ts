export { watch } from './api.ts'

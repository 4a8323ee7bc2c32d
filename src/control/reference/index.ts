export { referenceOf } from './once.ts'

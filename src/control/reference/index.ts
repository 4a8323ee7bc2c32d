export { groupsOf, referenceOf } from './once.ts'

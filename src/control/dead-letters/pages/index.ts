export { deadLetterPages } from './routes.tsx'
export type { PageOwner, ShownOwner } from './owner.ts'
export { DeadReasons } from './reasons.tsx'

/** People and access: who may do what, and who they are. */
export { type Access, type AccessEnv, may, type Membership, type Person } from './access.ts'
export {
  access,
  change,
  declarationOf,
  destination,
  integration,
  invite,
  open,
  personal,
  source,
  sourceInBody,
  token,
  user,
} from './declare.ts'
export { guard, type GuardDeps, type Refusal } from './guard.ts'
export { type Permission, PERMISSIONS, type Role, ROLES } from './roles.ts'

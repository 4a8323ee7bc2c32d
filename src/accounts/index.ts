/** People and access: who they are, what they may do, and what they did. */
export { type Access, type AccessEnv, may, type Membership, type Person } from './access.ts'
export { type Accounts, type AccountsOptions, openAccounts } from './accounts.ts'
export { type AuditEvent, listAuditEvents } from './audit.ts'
export {
  access,
  change,
  type Declaration,
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
export { guard, made, type Refusal } from './guard.ts'
export { type Permission, PERMISSIONS, type Role, ROLES } from './roles.ts'
export { endSession, endSessions, listSessions, type Session, signedIn, switchWorkspace } from './sessions.ts'
export { shield } from './shield.ts'
export { type ApiToken, createToken, deleteToken, listTokens, type Scope } from './tokens.ts'
export * as tables from './schema.ts'

/** People and access: who they are, what they may do, and what they did. */
export { type Access, type AccessEnv, deploymentRoleOf, may, type Person } from './access.ts'
export { joinAsOwner, mailSignInLink, personOfProvenAddress } from './applicant.ts'
export { type Accounts, type CountUnread, openAccounts } from './accounts.ts'
export { type AuditEvent, type AuditFilter, listAuditEvents, record } from './audit.ts'
export {
  access,
  change,
  type Declaration,
  declarationOf,
  granted,
  programRoute,
  publicRoute,
  personal,
  MOST_SUBJECTS,
  type Subject,
  subjectInForm,
  subjectInJson,
  subject,
  subjectsInQuery,
} from './declare.ts'
export { queryList } from './query-list.ts'
export { emailProblems } from './call.ts'
export { type Caller, callerOf } from './caller.ts'
export { bodyText, readForm } from './form.ts'
export { guard, auditSubject, type Denial, skipAudit } from './guard.ts'
export type { SubjectReaders } from './subjects.ts'
export { acceptInvite, issueInvite, findInvite, type Invite, listInvites, endInvite, endInvitesTo } from './invites.ts'
export { requestReset, issueResetLink, resetPassword, ownerOfLink, issueSignInLink } from './links.ts'
export {
  countMembers,
  endMemberships,
  getMember,
  listMembers,
  type Member,
  raiseRights,
  type Rights,
  setRights,
} from './members.ts'
export { GRANT_DESTINATION, GRANT_MAKER, mayAllow } from './grants.ts'
export { MOST_CHOICES, MOST_GRANTED, type SourceChoice, sourcesNamed } from './granted.ts'
export { linkToken, loggable } from './one-time.ts'
export {
  beginTotp,
  changePassword,
  confirmTotp,
  endTotp,
  hasPassword,
  newRecoveryCodes,
  rename,
  type TotpSetup,
} from './profile.ts'
export { endReviewer, listReviewers, MOST_REVIEWERS, nameReviewer, type Reviewer } from './reviewers.ts'
export { DEPLOYMENT_ROLES, extentOf, isOfDeployment, type Permission, PERMISSIONS, type Role, ROLES } from './roles.ts'
export { endSession, endSessions, listSessions, signedIn, switchWorkspace } from './sessions.ts'
export { patienceOf, secondFactor, signIn, signInByLink, signOut } from './sign-in.ts'
export { countersFrom, wasRight } from './attempts.ts'
export { addressOfLink, claim, isUnclaimed, type NewPerson, requestSignUp, signUp, signUpByLink } from './sign-up.ts'
export { type Mail, sendMail } from './mail.ts'
export { pagePolicy, shield } from './shield.ts'
export {
  type ApiToken,
  issueToken,
  endToken,
  getToken,
  isAdmin,
  listTokens,
  sha256,
  type TokenScope,
} from './tokens.ts'
export { mayStillWatch } from './watching.ts'
export * as tables from './schema.ts'
export { tidy } from './tidy.ts'

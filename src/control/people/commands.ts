import {
  type Access,
  type Caller,
  emailProblems,
  endInvite,
  endInvitesTo,
  endMemberships,
  getMember,
  issueInvite,
  issueResetLink,
  issueSignInLink,
  MOST_GRANTED,
  MOST_SUBJECTS,
  raiseRights,
  type Rights,
  type Role,
  setRights,
  sourcesNamed,
} from '../../accounts/index.ts'
import { isObject } from '../../event/index.ts'
import { messageOf, type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { check, checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { memberChanges, newInvite, newInvites, userPermissions } from './input.ts'
import { type PermissionGrant, permissionProblems, rightsOfPermission, unitedRights } from './permissions.ts'

type Deps = Pick<ControlDeps, 'accounts'>

/**
 * What can be done with the members of a workspace and with invitations to it; `body` is what a caller sent, and is
 * checked here. Throws `Refusal` 400 with every problem and its field, or what the accounts throw.
 */

/** An invitation that was made: `link` is in this answer and nowhere else; `mailed`: it is on its way to the person. */
export interface IssuedInvite {
  id: string
  email: string
  link: string
  mailed: boolean
}

/** Where people are invited to, and by whom. */
export interface Inviting {
  id: string
  name: string
  by: string
}

export async function createInvite(
  { accounts }: Deps,
  caller: Caller,
  workspace: Inviting,
  body: unknown,
): Promise<IssuedInvite> {
  const sent = check(newInvite, body)
  if (!sent.ok) {
    const typed = isObject(body) && typeof body['email'] === 'string' ? emailProblems(body['email']) : []
    throw new Refusal(400, ...sent.problems, ...typed)
  }
  const { email, ...wanted } = sent.value
  const rights = await refusalOr(rightsOf(wanted, workspace.id, accounts))
  const problems = [...emailProblems(email), ...(rights instanceof Refusal ? rights.problems : [])]
  if (rights instanceof Refusal || problems.length > 0) throw new Refusal(400, ...problems)
  return { email, ...(await issueInvite(accounts, caller, workspace, { email, ...rights })) }
}

/**
 * Several at once. Whoever cannot be invited, because they are members already or too many were, costs no other their
 * invitation: `refused` says why. Throws as `createInvite` does when the body is not as it has to be, or nobody is invited.
 */
export async function createInvites(
  { accounts }: Deps,
  caller: Caller,
  workspace: Inviting,
  body: unknown,
): Promise<{ made: IssuedInvite[]; refused: { email: string; message: string }[] }> {
  const { invites } = checked(newInvites, body)
  const problems = invites.flatMap(({ email }, index): Problem[] => {
    const again = invites.slice(0, index).some((one) => one.email.trim().toLowerCase() === email.trim().toLowerCase())
    const wrong = again ? [problem('This address is there twice.', 'email')] : emailProblems(email)
    return wrong.map(({ message }) => problem(message, `invites.${index}.email`))
  })
  const wanted: Rights[] = []
  for (const [index, { permissions }] of invites.entries()) {
    const rights = await grantedBy(permissions, workspace.id, accounts, `invites.${index}.permissions`)
    if (rights instanceof Refusal) problems.push(...rights.problems)
    else wanted.push(rights)
  }
  if (problems.length > 0) throw new Refusal(400, ...problems)
  const made: IssuedInvite[] = []
  const refused: { email: string; message: string }[] = []
  for (const [index, { email }] of invites.entries()) {
    const rights = wanted[index] ?? { role: 'read-only', sources: [] }
    const issued = await refusalOr(issueInvite(accounts, caller, workspace, { email, ...rights }))
    if (issued instanceof Refusal) refused.push({ email, message: messageOf(issued.problems) })
    else made.push({ email, ...issued })
  }
  if (made.length > 0) return { made, refused }
  throw new Refusal(409, ...refused.map(({ email, message }) => problem(`${email}: ${message}`, 'invites')))
}

/** All of some addresses, or none: throws 404 with those that nobody has invited, 400 when there are none or too many. */
export async function withdrawInvites(
  { accounts }: Deps,
  workspaceId: string,
  emails: readonly string[],
): Promise<void> {
  refuseFewOrMany(emails, 'emails', 'Name the addresses that were invited')
  await endInvitesTo(accounts, workspaceId, emails)
}

/** Its link is worth nothing any more. Throws 404. */
export async function withdrawInvite({ accounts }: Deps, workspaceId: string, id: string): Promise<void> {
  await endInvite(accounts, workspaceId, id)
}

/** Throws 404, and 409 when the workspace would have no owner left. */
export async function updateMember(
  { accounts }: Deps,
  workspaceId: string,
  userId: string,
  body: unknown,
): Promise<void> {
  await setRights(accounts, workspaceId, userId, await rightsOf(checked(memberChanges, body), workspaceId, accounts))
}

/** The person keeps their account; the API tokens that they made here end. Throws as `updateMember` does. */
export async function removeMember({ accounts }: Deps, workspaceId: string, userId: string): Promise<void> {
  await endMemberships(accounts, workspaceId, [userId])
}

/** All of some persons, or none. Throws as `removeMember` does, and 400 when there are none or too many. */
export async function removeMembers(
  { accounts }: Deps,
  workspaceId: string,
  userIds: readonly string[],
): Promise<void> {
  refuseFewOrMany(userIds, 'userIds', 'Name the users to be removed')
  await endMemberships(accounts, workspaceId, userIds)
}

/** Exactly what is sent. Throws as `updateMember` does, and 400 for what there is no role for. */
export async function replacePermissions(
  { accounts }: Deps,
  workspaceId: string,
  userId: string,
  body: unknown,
): Promise<Rights> {
  const rights = await grantedBy(checked(userPermissions, body).permissions, workspaceId, accounts, 'permissions')
  if (rights instanceof Refusal) throw rights
  await setRights(accounts, workspaceId, userId, rights)
  return rights
}

const WRITE_TRIES = 10

/** What is sent, beside what the member may do already; `changed`: it was more. Throws as `replacePermissions` does. */
export async function addPermissions(
  { accounts }: Deps,
  workspaceId: string,
  userId: string,
  body: unknown,
): Promise<{ rights: Rights; changed: boolean }> {
  const more = await grantedBy(checked(userPermissions, body).permissions, workspaceId, accounts, 'permissions')
  if (more instanceof Refusal) throw more
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const before = await getMember(accounts, workspaceId, userId)
    if (!before) throw refusal(404, `There is no member ${userId}.`)
    const after = unitedRights([before, more])
    if (after.sources.length > MOST_GRANTED) throw refusal(400, `At most ${MOST_GRANTED} sources.`, 'permissions')
    if (after.role === before.role && after.sources.length === before.sources.length) {
      return { rights: before, changed: false }
    }
    if (await raiseRights(accounts, workspaceId, userId, { before, after })) return { rights: after, changed: true }
  }
  throw refusal(409, `The rights of ${userId} are being changed by others. Try again.`)
}

/** A link with which a member sets a new password. Throws 404, and 409 for somebody who belongs to other workspaces too. */
export async function createResetLink(
  { accounts }: Deps,
  caller: Pick<Caller, 'origin'>,
  workspaceId: string,
  userId: string,
): Promise<{ link: string; mailed: boolean }> {
  const member = await getMember(accounts, workspaceId, userId)
  if (!member) throw refusal(404, `There is no member ${userId}.`)
  const issued = member.elsewhere ? undefined : await issueResetLink(accounts, caller, workspaceId, userId)
  if (issued) return issued
  throw refusal(409, 'This person belongs to other workspaces too, so only they themselves can ask for a new password.')
}

/** A one-time link that signs in as an owner of the first workspace: for `ADMIN_TOKEN` itself only, else 403. */
export async function createSignInLink(
  { accounts }: Deps,
  access: Access,
  caller: Pick<Caller, 'origin'>,
): Promise<{ link: string; expiresAt: number }> {
  if (access.tokenId !== 'admin') throw refusal(403, 'Only ADMIN_TOKEN makes sign-in links.')
  return issueSignInLink(accounts, caller)
}

interface Wanted {
  role: Role
  sources: { ticked: string[]; named: string }
}

async function rightsOf({ role, sources }: Wanted, workspaceId: string, accounts: Deps['accounts']) {
  return { role, sources: role === 'source-admin' ? await sourcesNamed(accounts, workspaceId, sources) : [] }
}

/** The one role that permissions come to; a `Refusal` with the fields below `field` where there is none. */
async function grantedBy(
  permissions: readonly PermissionGrant[],
  workspaceId: string,
  accounts: Deps['accounts'],
  field: string,
): Promise<Rights | Refusal> {
  const problems = permissionProblems(permissions, workspaceId, field)
  if (problems.length > 0) return new Refusal(400, ...problems)
  const rights = unitedRights(permissions.map(rightsOfPermission))
  if (rights.role !== 'source-admin') return rights
  const ticked = await refusalOr(sourcesNamed(accounts, workspaceId, { ticked: rights.sources, named: '' }))
  if (!(ticked instanceof Refusal)) return { role: rights.role, sources: ticked }
  return new Refusal(400, ...ticked.problems.map(({ message }) => problem(message, field)))
}

/** What comes of it, or why it was refused. */
async function refusalOr<T>(work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function refuseFewOrMany(named: readonly string[], field: string, words: string): void {
  if (named.length === 0) throw refusal(400, `${words}: ?${field}=…`, field)
  if (named.length > MOST_SUBJECTS) throw refusal(400, `At most ${MOST_SUBJECTS} at a time.`, field)
}

import {
  type Access,
  type Caller,
  emailProblems,
  endInvite,
  endMembership,
  getMember,
  issueInvite,
  issueResetLink,
  issueSignInLink,
  type Role,
  setRights,
  sourcesNamed,
} from '../../accounts/index.ts'
import { isObject } from '../../event/index.ts'
import { Refusal, refusal } from '../../refusal.ts'
import { check, checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { memberChanges, newInvite } from './input.ts'

type Deps = Pick<ControlDeps, 'accounts'>

/**
 * What can be done with the members of a workspace and with invitations to it; `body` is what a caller sent, and is
 * checked here. Throws `Refusal` 400 with every problem and its field, or what the accounts throw.
 */

/** `link` is in this answer and nowhere else; `mailed`: it is on its way to the person. */
export async function createInvite(
  { accounts }: Deps,
  caller: Caller,
  workspace: { id: string; name: string; by: string },
  body: unknown,
): Promise<{ id: string; email: string; link: string; mailed: boolean }> {
  const sent = check(newInvite, body)
  if (!sent.ok) {
    const typed = isObject(body) && typeof body['email'] === 'string' ? emailProblems(body['email']) : []
    throw new Refusal(400, ...sent.problems, ...typed)
  }
  const { email, ...wanted } = sent.value
  const rights = await rightsOf(wanted, workspace.id, accounts).catch((error: unknown) => {
    if (error instanceof Refusal) return error
    throw error
  })
  const problems = [...emailProblems(email), ...(rights instanceof Refusal ? rights.problems : [])]
  if (rights instanceof Refusal || problems.length > 0) throw new Refusal(400, ...problems)
  return { email, ...(await issueInvite(accounts, caller, workspace, { email, ...rights })) }
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
  await endMembership(accounts, workspaceId, userId)
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

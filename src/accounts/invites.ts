import { and, eq, gt, sql } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { randomId } from '../context.ts'
import {
  full,
  type Listed,
  nameInMail,
  takeBack,
  type Page,
  readPage,
  unlessFull,
  workspaces,
} from '../settings/index.ts'
import type { Person } from './access.ts'
import type { Accounts } from './accounts.ts'
import { record } from './audit.ts'
import { addressOf, type Counter, attemptCounters, network } from './attempts.ts'
import { call, emailProblems, nameProblems, passwordProblems } from './call.ts'
import type { Caller } from './caller.ts'
import { done, messageOf, Refusal, refusal, type Result, wrong } from '../refusal.ts'
import { endLinks, linkToken } from './one-time.ts'
import { sendMail } from './mail.ts'
import type { Role } from './roles.ts'
import { invites, members, sessions, users } from './schema.ts'
import { patience, patienceOf } from './sign-in.ts'
import { sha256 } from './tokens.ts'

const LASTS_MS = 7 * 86_400_000

export interface Invite {
  id: string
  workspaceId: string
  workspaceName: string
  email: string
  role: Role
  sources: string[]
  createdAt: number
  expiresAt: number
}

/**
 * The link is in this answer and nowhere else; `mailed`: it is on its way to the person too. `by` is who invites. Throws
 * `Refusal` 400 or 409 with the field `email`; with `Retry-After` in the answer when there were too many.
 */
export async function issueInvite(
  accounts: Accounts,
  caller: Caller,
  workspace: { id: string; name: string; by: string },
  { email, role, sources }: { email: string; role: Role; sources: string[] },
): Promise<{ id: string; link: string; mailed: boolean }> {
  const { db, ctx } = accounts
  // Before its case is changed: some letters of other scripts have an ASCII letter for their small one.
  const unfit = emailProblems(email)
  if (unfit.length > 0) throw new Refusal(400, ...unfit)
  const address = email.trim().toLowerCase()
  const [known] = await db.orm
    .select({ userId: members.userId })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.workspaceId, workspace.id), eq(users.email, address)))
  if (known) throw refusal(409, 'This person is a member already.', 'email')
  const full = await patienceOf(caller, accounts, await countersOfInvite(caller, accounts, workspace, address))
  if (full) throw refusal(409, messageOf(full.problems), 'email')
  const token = linkToken(ctx)
  const row = {
    id: randomId(ctx, 'inv_'),
    workspaceId: workspace.id,
    email: address,
    role,
    sources: role === 'source-admin' ? sources : [],
    hash: (await sha256(token)).toString('hex'),
    createdAt: ctx.now(),
    expiresAt: ctx.now() + LASTS_MS,
  }
  const mine = eq(invites.workspaceId, workspace.id)
  const [, takenBack] = await db.orm.batch([
    db.orm.insert(invites).values(row),
    takeBack(db, invites, eq(invites.id, row.id), { mine, what: 'invitations' }),
  ])
  unlessFull(takenBack, db, 'invitations')
  const link = `${caller.origin}/invites/${token}`
  const called = nameInMail(workspace.name) || 'a workspace'
  const mailed = await sendMail(accounts, {
    to: address,
    subject: `Join ${called} on Sluice`,
    text: `You are invited to the workspace “${called}”. The link works once, for seven days:\n\n${link}\n\nIf you know nothing of it, do nothing.\n`,
  })
  return { id: row.id, link, mailed }
}

const DAY_MS = 86_400_000

/**
 * Invitations go by mail to whoever is named, so they are counted as guesses are: for the person, the workspace and the
 * address that they come from, and for the one they go to. A workspace of today invites few: it may be a stranger's.
 */
async function countersOfInvite(
  from: Caller,
  { db, ctx }: Accounts,
  { id, by }: { id: string; by: string },
  to: string,
): Promise<Counter[]> {
  const [workspace] = await db.orm
    .select({ createdAt: workspaces.createdAt })
    .from(workspaces)
    .where(eq(workspaces.id, id))
  const isNew = !workspace || ctx.now() - workspace.createdAt < DAY_MS
  const aDay = isNew ? 10 : 100
  return [
    { key: `invites from ${network(from.address)}`, most: 30 },
    { key: `invites by ${by} today`, most: aDay, windowMs: DAY_MS },
    { key: `invites of ${id}`, most: 30 },
    { key: `invites of ${id} today`, most: aDay, windowMs: DAY_MS },
    { key: `invites to ${to}`, most: 5, windowMs: DAY_MS },
  ]
}

/** Those that may still be accepted, the newest first. One query. */
export async function listInvites(
  { db, ctx }: Accounts,
  workspaceId: string,
  page: Page,
): Promise<Listed<Omit<Invite, 'workspaceName'>>> {
  const { id, email, role, sources, createdAt, expiresAt } = invites
  const mine = and(eq(invites.workspaceId, workspaceId), gt(invites.expiresAt, ctx.now()))
  return readPage({ columns: [createdAt, id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ id, workspaceId: invites.workspaceId, email, role, sources, createdAt, expiresAt, ...sums })
        .from(invites)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(invites).where(mine),
    keyOf: (row) => [row.createdAt, row.id],
  })
}

export async function endInvite({ db }: Accounts, workspaceId: string, id: string): Promise<void> {
  const gone = await db.orm
    .delete(invites)
    .where(and(eq(invites.id, id), eq(invites.workspaceId, workspaceId)))
    .returning({ id: invites.id })
  if (gone.length === 0) throw refusal(404, `There is no invitation ${id}.`)
}

/**
 * All invitations to some addresses, or none of them: throws 404 with the addresses that nobody has invited. Letters'
 * case is left aside, as it was when they were made.
 */
export async function endInvitesTo({ db }: Accounts, workspaceId: string, emails: readonly string[]): Promise<void> {
  const addresses = [...new Set(emails.map((email) => email.trim().toLowerCase()))]
  const named = sql`(SELECT value FROM json_each(${JSON.stringify(addresses)}))`
  const mine = and(eq(invites.workspaceId, workspaceId), sql`${invites.email} IN ${named}`)
  const found = sql`(SELECT count(DISTINCT others.email) FROM invites AS others WHERE others.workspace_id = ${workspaceId} AND others.email IN ${named})`
  const [gone, there] = await db.orm.batch([
    db.orm
      .delete(invites)
      .where(and(mine, sql`${found} = ${addresses.length}`))
      .returning({ email: invites.email }),
    db.orm.select({ email: invites.email }).from(invites).where(mine),
  ])
  if (gone.length > 0) return
  const missing = addresses.filter((address) => there.every(({ email }) => email !== address))
  throw refusal(404, `There is no invitation for ${missing.join(', ')}.`)
}

/** What a link invites to, and whether its address has an account. `undefined`: it is spent, withdrawn or too old. */
export async function findInvite(
  { db, ctx }: Accounts,
  token: string,
): Promise<(Invite & { known: boolean }) | undefined> {
  const [row] = await db.orm
    .select({ invite: invites, workspaceName: workspaces.name, userId: users.id })
    .from(invites)
    .innerJoin(workspaces, eq(workspaces.id, invites.workspaceId))
    .leftJoin(users, eq(users.email, invites.email))
    .where(and(eq(invites.hash, (await sha256(token)).toString('hex')), gt(invites.expiresAt, ctx.now())))
  if (!row) return undefined
  const { hash: _, ...invite } = row.invite
  return { ...invite, workspaceName: row.workspaceName, known: row.userId !== null }
}

const SPENT = 'This invitation was used, withdrawn, or is older than a week. Ask for a new one.'

/**
 * Takes an invitation up: as the person who is signed in, or else with a new account for the invited address. Somebody
 * who has an account has to sign in first: the link alone opens no account.
 */
export async function acceptInvite(
  c: HonoContext,
  accounts: Accounts,
  token: string,
  person: Person | undefined,
  fresh: { name: string; password: string },
): Promise<Result<null>> {
  const full = await patience(c, accounts, attemptCounters(c, 'link', token))
  if (full) return full
  const invite = await findInvite(accounts, token)
  if (!invite) return wrong(SPENT)
  if (person) {
    if (person.email !== invite.email) {
      return wrong(`This invitation is for ${invite.email}, and you are signed in as ${person.email}.`)
    }
    return join(c, accounts, invite, person)
  }
  if (invite.known) return wrong(`Sign in as ${invite.email} first, then open the invitation again.`)
  const problems = [...nameProblems(fresh.name, 'name', 'Say how you are called.'), ...passwordProblems(fresh.password)]
  if (problems.length > 0) return { ok: false, problems }
  const body = { email: invite.email, name: fresh.name.trim(), password: fresh.password }
  const answer = await call(c, accounts, (api, request) => api.signUpEmail({ ...request, body }))
  return answer.ok ? join(c, accounts, invite, { userId: answer.value.user.id, email: invite.email }) : answer
}

/** A condition of SQL: whether the person is a member of the workspace. */
const isMemberOf = (workspaceId: string, userId: string) =>
  sql`EXISTS (SELECT 1 FROM members WHERE workspace_id = ${workspaceId} AND user_id = ${userId})`

/**
 * Member and spent in one step: of two who follow the link at once, one joins, and of more than the workspace has room
 * for the others keep their invitations.
 */
async function join(
  c: HonoContext,
  accounts: Accounts,
  invite: Invite,
  { userId, email }: { userId: string; email: string },
): Promise<Result<null>> {
  const { db, ctx } = accounts
  const { workspaceId, id, role, sources } = invite
  const spent = isMemberOf(workspaceId, userId)
  const room = sql`(SELECT count(*) FROM members WHERE workspace_id = ${workspaceId}) < ${db.quotas.members}`
  const [joined, , , [unspent]] = await db.orm.batch([
    db.orm
      .insert(members)
      .select(
        sql`SELECT workspace_id, ${userId}, role, sources, ${ctx.now()} FROM invites WHERE id = ${id} AND ${room}`,
      )
      .onConflictDoNothing()
      .returning({ userId: members.userId }),
    db.orm.delete(invites).where(and(eq(invites.id, id), spent)),
    // They go where they were invited to, and not to a workspace that somebody else may have made with their address.
    db.orm
      .update(sessions)
      .set({ workspaceId })
      .where(and(eq(sessions.userId, userId), spent)),
    db.orm.select({ id: invites.id }).from(invites).where(eq(invites.id, id)),
  ])
  if (joined.length === 0) return wrong(unspent ? full(db.quotas.members, 'members').message : SPENT)
  await endLinks(accounts, userId)
  const actor = { workspaceId, type: 'user' as const, id: userId, name: email, address: addressOf(c) }
  await record(db, actor, {
    type: 'Invite Accepted',
    resource: { type: 'user', id: userId },
    after: { name: email, values: { email, role, sources } },
  })
  return done(null)
}

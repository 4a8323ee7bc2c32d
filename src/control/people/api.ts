import { Hono } from 'hono'
import {
  access,
  auditSubject,
  callerOf,
  change,
  getMember,
  listInvites,
  listMembers,
  type Member,
  queryList,
  skipAudit,
  subject,
  subjectsInQuery,
} from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { cutPage } from '../../settings/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { getWorkspace } from '../workspace/index.ts'
import {
  addPermissions,
  createInvites,
  createSignInLink,
  removeMembers,
  replacePermissions,
  withdrawInvites,
} from './commands.ts'
import { presentPermissions, PRESENTED_ROLES } from './permissions.ts'

/** One-time links that sign in as an owner of the first workspace; with `ADMIN_TOKEN` itself only. */
export function signInLinkRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Sign-in Link Created'), async (c) => {
    const { link, expiresAt } = await createSignInLink(deps, c.var.access, callerOf(c))
    return c.json({ data: { signInLink: { url: link, expiresAt: isoTime(expiresAt) } } }, 201)
  })

  return app
}

/** Members of the workspace, in the shape of the Public API's users. Whoever is removed keeps their account. */
export function userRoutes(deps: ControlDeps) {
  const { accounts } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('members:read'), async (c) => {
    const listed = await listMembers(accounts, c.var.workspaceId, pageOf(c))
    const users = listed.lines.map((one) => presentUser(one, c.var.workspaceId))
    return c.json({ data: { users, pagination: pagination(listed) } })
  })

  app.delete('/', change('members:write', 'User Removed', subjectsInQuery('user', 'userIds')), async (c) => {
    await removeMembers(deps, c.var.workspaceId, queryList(c, 'userIds'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id', access('members:read'), async (c) => {
    const id = c.req.param('id')
    const found = await getMember(accounts, c.var.workspaceId, id)
    if (!found) throw refusal(404, `There is no member ${id}.`)
    return c.json({ data: { user: presentUser(found, c.var.workspaceId) } })
  })

  app.post('/:id/permissions', change('members:write', 'Role Changed', subject('user', 'id')), async (c) => {
    const { workspaceId } = c.var
    const { rights, changed } = await addPermissions(deps, workspaceId, c.req.param('id'), await readBody(c))
    if (!changed) skipAudit(c)
    return c.json({ data: { permissions: presentPermissions(rights, workspaceId) } })
  })

  app.put('/:id/permissions', change('members:write', 'Role Changed', subject('user', 'id')), async (c) => {
    const { workspaceId } = c.var
    const rights = await replacePermissions(deps, workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { permissions: presentPermissions(rights, workspaceId) } })
  })

  return app
}

/** Invitations, which the Public API names by their addresses. */
export function inviteRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('members:read'), async (c) => {
    const listed = await listInvites(deps.accounts, c.var.workspaceId, pageOf(c))
    const invites = listed.lines.map(({ email }) => email)
    const details = listed.lines.map(({ id, email, createdAt, expiresAt, ...rights }) => ({
      id,
      email,
      permissions: presentPermissions(rights, c.var.workspaceId),
      createdAt: isoTime(createdAt),
      expiresAt: isoTime(expiresAt),
    }))
    return c.json({ data: { invites, details, pagination: pagination(listed) } })
  })

  app.post('/', change('members:write', 'Invite Created'), async (c) => {
    const { userId, tokenId = '' } = c.var.access
    const { id, name } = await getWorkspace(deps.db, c.var.workspaceId)
    const workspace = { id, name, by: userId ?? tokenId }
    const { made, refused } = await createInvites(deps, callerOf(c), workspace, await readBody(c))
    for (const one of made) auditSubject(c, 'invite', one.id)
    // What is on its way by mail is for its reader alone.
    const links = made.flatMap(({ email, link, mailed }) => (mailed ? [] : [{ email, url: link }]))
    return c.json({ data: { emails: made.map(({ email }) => email), links, refused } }, 201)
  })

  app.delete('/', change('members:write', 'Invite Withdrawn', subjectsInQuery('invite', 'emails')), async (c) => {
    await withdrawInvites(deps, c.var.workspaceId, queryList(c, 'emails'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

export function roleRoutes() {
  const app = new Hono<ApiEnv>()

  app.get('/', access('members:read'), (c) => {
    const listed = cutPage(PRESENTED_ROLES, pageOf(c), (role) => [PRESENTED_ROLES.indexOf(role)])
    return c.json({ data: { roles: listed.lines, pagination: pagination(listed) } })
  })

  return app
}

/** The Public API's User. */
function presentUser(member: Member, workspaceId: string) {
  const { userId: id, name, email } = member
  return { id, name, email, permissions: presentPermissions(member, workspaceId) }
}

import { type Context, Hono } from 'hono'
import { access, change, open, personal, subject } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { acceptNow, invitePage } from './invite.tsx'
import { changeNow, inviteNow, memberPage, membersPage, removeNow, resetLinkNow, withdrawNow } from './members.tsx'
import { endAll, endOne, profilePage, saveName, savePassword } from './profile.tsx'
import { forgotNow, forgotPage, resetNow, resetPage } from './reset.tsx'
import { codeNow, codePage, linkNow, linkPage, signInNow, signInPage, signOutNow } from './sign-in.tsx'
import { claimNow, claimPage, provenNow, provenPage, signUpNow, signUpPage } from './sign-up.tsx'
import { begin, confirm, off, recoveryCodes, twoFactorPage } from './two-factor.tsx'

/** Signing in and up, the own profile, and the members. Mounted at the root. */
export function peoplePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.route('/', entryRoutes(deps))
  app.route('/profile', profileRoutes(deps))
  app.route('/people', memberRoutes(deps))
  return app
}

/** For strangers. */
function entryRoutes({ accounts }: ControlDeps) {
  const app = new Hono()
  const get = (path: string, show: (c: Context) => Response | Promise<Response>) => app.get(path, open(), show)
  const post = (path: string, act: (c: Context) => Response | Promise<Response>) => app.post(path, open(), act)

  get('/sign-in', (c) => signInPage(c, accounts))
  post('/sign-in', (c) => signInNow(c, accounts))
  get('/sign-in/code', (c) => codePage(c))
  post('/sign-in/code', (c) => codeNow(c, accounts))
  // A link in a mail or a terminal opens a page, whoever opens it; only the page's form spends it.
  get('/sign-in/:token', (c) => linkPage(c, accounts))
  post('/sign-in/:token', (c) => linkNow(c, accounts))
  post('/sign-out', (c) => signOutNow(c, accounts))

  get('/sign-up', (c) => signUpPage(c, accounts))
  post('/sign-up', (c) => signUpNow(c, accounts))
  get('/sign-up/:token', (c) => provenPage(c, accounts))
  post('/sign-up/:token', (c) => provenNow(c, accounts))
  get('/claim', (c) => claimPage(c, accounts))
  post('/claim', (c) => claimNow(c, accounts))

  get('/forgot', (c) => forgotPage(c, accounts))
  post('/forgot', (c) => forgotNow(c, accounts))
  get('/reset/:token', (c) => resetPage(c))
  post('/reset/:token', (c) => resetNow(c, accounts))
  get('/invites/:token', (c) => invitePage(c, accounts))
  post('/invites/:token', (c) => acceptNow(c, accounts))
  return app
}

function profileRoutes(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', personal(), (c) => profilePage(c, deps))
  app.post('/name', personal('User Renamed'), (c) => saveName(c, deps))
  app.post('/password', personal('Password Changed'), (c) => savePassword(c, deps))
  app.post('/sessions/end', personal('Sessions Ended'), (c) => endAll(c, deps))
  app.post('/sessions/:id/end', personal('Session Ended'), (c) => endOne(c, deps))
  app.get('/two-factor', personal(), (c) => twoFactorPage(c, deps))
  app.post('/two-factor', personal('Second Step Begun'), (c) => begin(c, deps))
  app.post('/two-factor/confirm', personal('Second Step Enabled'), (c) => confirm(c, deps))
  app.post('/two-factor/off', personal('Second Step Disabled'), (c) => off(c, deps))
  app.post('/two-factor/recovery-codes', personal('Recovery Codes Created'), (c) => recoveryCodes(c, deps))
  return app
}

function memberRoutes(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const write = (name: string) => change('members:write', name, subject('user', 'id'))
  app.get('/', access('members:read'), (c) => membersPage(c, deps))
  app.post('/invites', change('members:write', 'Invite Created'), (c) => inviteNow(c, deps))
  app.post('/invites/:id/withdraw', change('members:write', 'Invite Withdrawn', subject('invite', 'id')), (c) =>
    withdrawNow(c, deps),
  )
  app.get('/:id', access('members:write'), (c) => memberPage(c, deps))
  app.post('/:id', write('Role Changed'), (c) => changeNow(c, deps))
  app.post('/:id/remove', write('User Removed'), (c) => removeNow(c, deps))
  app.post('/:id/reset-link', write('Reset Link Created'), (c) => resetLinkNow(c, deps))
  return app
}

import { type Context, Hono } from 'hono'
import { access, change, publicRoute, personal, subject } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { postAcceptInvite, showInvite } from './invite.tsx'
import { postCreateResetLink, postRemoveMember, postUpdateMember, showMember } from './member.tsx'
import { postCreateInvite, postWithdrawInvite, showMembers } from './members.tsx'
import { postEndSessions, postEndSession, showProfile, postRename, postChangePassword } from './profile.tsx'
import { postRequestReset, showRequestReset, postResetPassword, showResetPassword } from './reset.tsx'
import {
  postSecondFactor,
  showSecondFactor,
  postSignInLink,
  showSignInLink,
  postSignIn,
  showSignIn,
  postSignOut,
} from './sign-in.tsx'
import { postClaim, showClaim, postSignUpLink, showSignUpLink, postSignUp, showSignUp } from './sign-up.tsx'
import { postBeginTotp, postConfirmTotp, postEndTotp, postNewRecoveryCodes, showTwoFactor } from './two-factor.tsx'

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
  const get = (path: string, render: (c: Context) => Response | Promise<Response>) =>
    app.get(path, publicRoute(), render)
  const post = (path: string, act: (c: Context) => Response | Promise<Response>) => app.post(path, publicRoute(), act)

  get('/sign-in', (c) => showSignIn(c, accounts))
  post('/sign-in', (c) => postSignIn(c, accounts))
  get('/sign-in/code', (c) => showSecondFactor(c))
  post('/sign-in/code', (c) => postSecondFactor(c, accounts))
  // A link in a mail or a terminal opens a page, whoever opens it; only the page's form spends it.
  get('/sign-in/:token', (c) => showSignInLink(c, accounts))
  post('/sign-in/:token', (c) => postSignInLink(c, accounts))
  post('/sign-out', (c) => postSignOut(c, accounts))

  get('/sign-up', (c) => showSignUp(c, accounts))
  post('/sign-up', (c) => postSignUp(c, accounts))
  get('/sign-up/:token', (c) => showSignUpLink(c, accounts))
  post('/sign-up/:token', (c) => postSignUpLink(c, accounts))
  get('/claim', (c) => showClaim(c, accounts))
  post('/claim', (c) => postClaim(c, accounts))

  get('/forgot', (c) => showRequestReset(c, accounts))
  post('/forgot', (c) => postRequestReset(c, accounts))
  get('/reset/:token', (c) => showResetPassword(c))
  post('/reset/:token', (c) => postResetPassword(c, accounts))
  get('/invites/:token', (c) => showInvite(c, accounts))
  post('/invites/:token', (c) => postAcceptInvite(c, accounts))
  return app
}

function profileRoutes(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', personal(), (c) => showProfile(c, deps))
  app.post('/name', personal('User Renamed'), (c) => postRename(c, deps))
  app.post('/password', personal('Password Changed'), (c) => postChangePassword(c, deps))
  app.post('/sessions/end', personal('Sessions Ended'), (c) => postEndSessions(c, deps))
  app.post('/sessions/:id/end', personal('Session Ended'), (c) => postEndSession(c, deps))
  app.get('/two-factor', personal(), (c) => showTwoFactor(c, deps))
  app.post('/two-factor', personal('Second Step Begun'), (c) => postBeginTotp(c, deps))
  app.post('/two-factor/confirm', personal('Second Step Enabled'), (c) => postConfirmTotp(c, deps))
  app.post('/two-factor/off', personal('Second Step Disabled'), (c) => postEndTotp(c, deps))
  app.post('/two-factor/recovery-codes', personal('Recovery Codes Created'), (c) => postNewRecoveryCodes(c, deps))
  return app
}

function memberRoutes(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const write = (name: string) => change('members:write', name, subject('user', 'id'))
  app.get('/', access('members:read'), (c) => showMembers(c, deps))
  app.post('/invites', change('members:write', 'Invite Created'), (c) => postCreateInvite(c, deps))
  app.post('/invites/:id/withdraw', change('members:write', 'Invite Withdrawn', subject('invite', 'id')), (c) =>
    postWithdrawInvite(c, deps),
  )
  app.get('/:id', access('members:write'), (c) => showMember(c, deps))
  app.post('/:id', write('Role Changed'), (c) => postUpdateMember(c, deps))
  app.post('/:id/remove', write('User Removed'), (c) => postRemoveMember(c, deps))
  app.post('/:id/reset-link', write('Reset Link Created'), (c) => postCreateResetLink(c, deps))
  return app
}

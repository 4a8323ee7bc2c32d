import type { Child } from 'hono/jsx'
import { matchedRoutes } from 'hono/route'
import type { Denial } from '../../accounts/index.ts'
import { isNavigation, refused, withCors } from '../../ingest/index.ts'
import { Button } from '../components/button.tsx'
import type { PanelContext } from '../context.ts'
import { showPage } from './page.tsx'
import { sendPage } from './send.ts'
import { Narrow } from './shell.tsx'
import { themeOf } from './theme.ts'

/** What a page says instead of what was asked for: what happened, why, and what to do next. */
export function showProblem(
  c: PanelContext,
  status: 403 | 404 | 409 | 413 | 415 | 429 | 500,
  title: string,
  why: string,
  back = '/',
) {
  const children = (
    <div class="card">
      <p>{why}</p>
      <div class="actions">
        <Button href={back}>{back === '/' ? 'Go to the overview' : 'Go back'}</Button>
      </div>
    </div>
  )
  if (c.get('access')) return showPage(c, { title, children }, status)
  return showNarrow(c, status, title, <p>{why}</p>)
}

/** For those who may look, and have followed an address that nothing of theirs leads to. */
export function showNotYours(c: PanelContext, source: { id: string; name: string }) {
  const why = `Only owners, members and the admins of ${source.name} may do this: it changes the source, or where its events go.`
  return showProblem(c, 403, 'You may not do this here', why, `/sources/${source.id}`)
}

/** Where an address leads nowhere, or to what is gone. */
export function showNothing(c: PanelContext) {
  return showProblem(c, 404, 'There is no such page', 'The address may be mistyped, or what was here is deleted.')
}

const TITLES: Readonly<Record<number, string>> = { 403: 'You may not do this', 429: 'Too many changes at once' }

/** For those whom the guard did not let through. */
export function showRefusal(c: PanelContext, { status, code, message }: Denial) {
  if (status === 401 && c.req.header('HX-Request')) {
    // A part of a page that asks again: the whole page goes, instead of a sign-in inside of it.
    return c.body(null, 401, { 'HX-Redirect': '/sign-in' })
  }
  if (!isNavigation(c.req.raw)) {
    // No person would see a page, and an SDK takes a redirect, or the page it leads to, for success.
    const words = `${message} This is the address of a page; events are sent to /v1/batch, /v1/track and the like.`
    return withCors(c.req.raw, refused(status, status === 500 ? 'internal' : 'bad_request', words))
  }
  if (status === 401) {
    return c.req.method === 'GET' || c.req.method === 'HEAD' ? goSignIn(c) : showSignedOut(c)
  }
  if (code === 'no-workspace') return showNoWorkspace(c)
  return showProblem(c, status, TITLES[status] ?? 'This is not here', message)
}

/** To the page that was asked for by way of signing in, if there is such a page. */
function goSignIn(c: PanelContext) {
  if (!matchedRoutes(c).some(({ method }) => method !== 'ALL')) return showNothing(c)
  const { pathname, search } = new URL(c.req.url)
  return c.redirect(`/sign-in${pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`}`, 303)
}

/** A form sent after the session had ended. It is not led on: nobody who only looks at the status shall take it for done. */
function showSignedOut(c: PanelContext) {
  return showNarrow(
    c,
    401,
    'You are signed out',
    <>
      <p>Nothing was changed. Sign in, and send the form again.</p>
      <div class="actions">
        <Button kind="main" href="/sign-in">
          Sign in
        </Button>
      </div>
    </>,
  )
}

/** Somebody who was removed from their last workspace, or has not joined one yet. */
function showNoWorkspace(c: PanelContext) {
  return showNarrow(
    c,
    403,
    'You belong to no workspace',
    <>
      <p>Ask an owner of your workspace for an invitation, and open its link in this browser.</p>
      <form method="post" action="/sign-out" class="actions">
        <Button>Sign out</Button>
        <Button kind="quiet" href="/profile">
          Your profile
        </Button>
      </form>
    </>,
  )
}

function showNarrow(
  c: PanelContext,
  status: 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500,
  title: string,
  children: Child,
) {
  return sendPage(
    c,
    <Narrow title={title} theme={themeOf(c)}>
      {children}
    </Narrow>,
    status,
  )
}

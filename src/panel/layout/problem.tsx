import type { Child } from 'hono/jsx'
import type { Refusal } from '../../accounts/index.ts'
import { Button } from '../components/button.tsx'
import type { PanelContext } from '../deps.ts'
import { showPage } from './page.tsx'
import { sendPage } from './send.ts'
import { Narrow } from './shell.tsx'
import { themeOf } from './theme.ts'

/** What a page says instead of what was asked for: what happened, why, and what to do next. */
export function showProblem(
  c: PanelContext,
  status: 403 | 404 | 409 | 413 | 500,
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

/** Where an address leads nowhere, or to what is gone. */
export function showNothing(c: PanelContext) {
  return showProblem(c, 404, 'There is no such page', 'The address may be mistyped, or what was here is deleted.')
}

/** For those whom the guard did not let through. */
export function showRefusal(c: PanelContext, { status, code, message }: Refusal) {
  if (status === 401 && c.req.header('HX-Request')) {
    // A part of a page that asks again: the whole page goes, instead of a sign-in inside of it.
    return c.body(null, 401, { 'HX-Redirect': '/sign-in' })
  }
  if (status === 401) {
    // A form's own address is no place to come back to.
    const { pathname, search } = new URL(c.req.url)
    const next = c.req.method === 'GET' && pathname !== '/' ? `?next=${encodeURIComponent(pathname + search)}` : ''
    return c.redirect(`/sign-in${next}`, 303)
  }
  if (code === 'no-workspace') return showNoWorkspace(c)
  return showNarrow(
    c,
    status,
    status === 403 ? 'You may not do this' : status === 429 ? 'Too many changes at once' : 'This is not here',
    <>
      <p>{message}</p>
      <div class="actions">
        <Button href="/">Go to the overview</Button>
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

function showNarrow(c: PanelContext, status: 401 | 403 | 404 | 409 | 413 | 429 | 500, title: string, children: Child) {
  return sendPage(
    c,
    <Narrow title={title} theme={themeOf(c)}>
      {children}
    </Narrow>,
    status,
  )
}

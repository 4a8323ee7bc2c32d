import type { Context } from 'hono'
import { callerOf, signInByLink } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { showPublic } from '../../../ui/layout/public.tsx'
import type { ControlDeps } from '../../request.ts'
import { confirmApplication } from '../commands.ts'
import { findByLink } from '../links.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import { keepAddress } from './private.ts'

/** Only looks: a link is opened by previews, scanners and browsers that fetch ahead, too. */
export async function showConfirm(c: Context, { db }: ControlDeps) {
  const token = c.req.param('token') ?? ''
  if ((await findByLink(db, 'confirm', token)) === undefined) return showSpent(c, db)
  keepAddress(c)
  const children = (
    <form method="post" action={`/partners/confirm/${encodeURIComponent(token)}`} class="card form">
      <p>With this you confirm that the application is yours. If you know nothing of it, close this page.</p>
      <div class="actions">
        <Button kind="main">Confirm</Button>
      </div>
    </form>
  )
  return showPublic(c, { title: 'Confirm your address', brand: brandOf(await getProgramme(db)), children })
}

export async function postConfirm(c: Context, deps: ControlDeps) {
  const confirmed = await confirmApplication(deps, callerOf(c), c.req.param('token') ?? '')
  if (!confirmed) return showSpent(c, deps.db)
  if (confirmed.signIn !== undefined) await signInByLink(c, deps.accounts, confirmed.signIn)
  return c.redirect(`/partners/status/${confirmed.status}`, 303)
}

async function showSpent(c: Context, db: ControlDeps['db']) {
  keepAddress(c)
  const children = (
    <div class="card">
      <p>It works once, for seven days. If you have confirmed already, look for a later mail of ours.</p>
      <div class="actions">
        <Button href="/partners/apply">Apply again</Button>
      </div>
    </div>
  )
  return showPublic(
    c,
    { title: 'This link is spent or too old', brand: brandOf(await getProgramme(db)), children },
    410,
  )
}

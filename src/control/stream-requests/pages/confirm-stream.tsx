import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { showPublic } from '../../../ui/layout/public.tsx'
import { keepAddress } from '../../partners/pages/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { confirmStreamRequest } from '../commands.ts'
import { findStreamRequest } from '../queries.ts'

/** `GET /partners/immediate-access/confirm/:token`. Only looks: previews and scanners open a link, too. Two queries. */
export async function showConfirmStream(c: Context, deps: ControlDeps) {
  const token = c.req.param('token') ?? ''
  const [programme, request] = await Promise.all([
    getProgramme(deps.db),
    findStreamRequest(deps.db, 'unconfirmed', token),
  ])
  if (!request) return showSpent(c, deps)
  keepAddress(c)
  const children = (
    <form method="post" action={`/partners/immediate-access/confirm/${encodeURIComponent(token)}`} class="card form">
      <p>
        With this you confirm that you ask a customer for their events of {request.calls.join(', ')}. If you know
        nothing of it, close this page.
      </p>
      <div class="actions">
        <Button kind="main">Confirm</Button>
      </div>
    </form>
  )
  return showPublic(c, { title: 'Confirm your address', brand: brandOf(programme), children })
}

export async function postConfirmStream(c: Context, deps: ControlDeps) {
  const confirmed = await confirmStreamRequest(deps, callerOf(c), c.req.param('token') ?? '')
  if (!confirmed) return showSpent(c, deps)
  keepAddress(c)
  const children = (
    <div class="card">
      <p>Send this link to your customer; a mail to you has it too. It works once, for fourteen days.</p>
      <CodeBlock label="The link for your customer" code={confirmed.link} />
      <p>
        Requests will be signed with this secret, as <a href="/docs/webhooks">Receiving webhooks</a> says. Copy it now:
        it is shown this once.
      </p>
      <CodeBlock label="Signing secret" code={confirmed.signingSecret} />
    </div>
  )
  return showPublic(c, { title: 'One link, one secret', brand: brandOf(await getProgramme(deps.db)), children })
}

async function showSpent(c: Context, { db }: ControlDeps) {
  keepAddress(c)
  const children = (
    <div class="card">
      <p>It works once, for seven days.</p>
      <div class="actions">
        <Button href="/partners/immediate-access">Ask again</Button>
      </div>
    </div>
  )
  const brand = brandOf(await getProgramme(db))
  return showPublic(c, { title: 'This link is spent or too old', brand, children }, 410)
}

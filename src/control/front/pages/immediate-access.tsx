import type { Context } from 'hono'
import { Button } from '../../../ui/components/button.tsx'
import { showPublic } from '../../../ui/layout/public.tsx'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'

/** `GET /partners/immediate-access`: what a partner's customer can do today. One query. */
export async function showImmediateAccess(c: Context, { db }: ControlDeps) {
  const programme = await getProgramme(db)
  const children = (
    <>
      <ol class="stages">
        <li>
          <strong>Agree with your customer which events you need,</strong> from which of their sources.
        </li>
        <li>
          <strong>Give them an https address of yours.</strong> In the catalogue they open{' '}
          <a href="/partners/integrations/webhooks">Webhooks</a>, paste it, and set a signing secret that you share.
        </li>
        <li>
          <strong>They try it out and enable it.</strong> Each event comes to you by itself, signed, and again until you
          take it.
        </li>
        <li>
          <strong>They can see, pause and delete it at any time,</strong> and so should you tell them what you keep.
        </li>
      </ol>
      <p>
        What arrives, how to check the signature and what to answer: <a href="/docs/webhooks">Receiving webhooks</a>.
        Whatever they had before that day they can send you too: <a href="/docs/replay">Replay</a>.
      </p>
      <section class="card call-out">
        <h2>When more than one customer asks</h2>
        <p>A webhook is set up by each of them anew. An integration is built once, and switched on by all.</p>
        <div class="actions">
          <Button kind="main" href="/partners/apply">
            Apply
          </Button>
        </div>
      </section>
    </>
  )
  return showPublic(c, {
    title: 'I need immediate access to a customer’s data stream',
    brand: brandOf(programme),
    description: 'Your customer can send you a signed copy of their events today, without an application.',
    lead: 'It is your customer’s to give, and takes them five minutes. No application, nobody of us in between.',
    children,
  })
}

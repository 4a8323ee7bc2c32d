import { may } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Checkbox } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { refusal } from '../../../refusal.ts'
import { describeDestination } from '../../destinations/index.ts'
import { destinationHead } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { updateConsent } from '../commands.ts'
import { consentOf, isOthers } from '../customer-queries.ts'
import { withFlash } from '../flash.ts'

/** `GET /destinations/:id/partner`: what the maker of the integration is told of this customer. Two queries. */
export async function showConsent(c: PanelContext, { db, ctx }: ControlDeps) {
  const { workspaceId } = c.var.access
  const destination = await describeDestination(db, workspaceId, c.req.param('id') ?? '')
  const { id, integration, sourceId } = destination
  if (!isOthers(integration, workspaceId)) throw refusal(404, 'No partner has made this.')
  const { named, samples } = await consentOf(db, workspaceId, integration.id)
  const title = titleOf(integration)
  const children = (
    <>
      {integration.status === 'DEPRECATED' && (
        <Notice tone="warn" title={`${title} is going away`}>
          <p>Until its end all goes on as before. Your settings can be downloaded below.</p>
        </Notice>
      )}
      <form method="post" action={`/destinations/${id}/partner`} class="stack">
        <Card
          title={`What ${title} is told of you`}
          lead="Its maker sees how many customers use it, what became of their events in numbers, and why some failed: no value of an event."
        >
          <Checkbox
            id="named"
            name="named"
            label="Tell them that it is us"
            help="Else you are “Customer 3” there. It holds for every destination of this integration in your workspace."
            checked={named}
          />
          <Checkbox
            id="samples"
            name="samples"
            label="Show them failures with our events"
            help="The last requests of ours that failed, as they were sent, without secrets. It helps them to find a fault; it ends as soon as you take it back."
            checked={samples}
          />
          {may(c.var.access, 'destinations:write', sourceId) && (
            <div class="actions">
              <Button kind="main">Save</Button>
            </div>
          )}
        </Card>
      </form>
      <Card title="Your settings" lead="What this destination is set to, to keep. Values of secrets are not in it.">
        <div class="actions">
          <Button href={`/api/destinations/${id}/settings.json`}>Download</Button>
          <Button href={`/destinations/${id}/replay-requests`}>Requests for a replay</Button>
        </div>
      </Card>
    </>
  )
  return showPage(c, { ...destinationHead(destination, 'partner', ctx.now()), children })
}

export async function postConsent(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  await updateConsent(deps, c.var.access.workspaceId, id, {
    named: form.has('named'),
    samples: form.has('samples'),
  })
  return c.redirect(withFlash(`/destinations/${id}/partner`, 'consent-saved'), 303)
}

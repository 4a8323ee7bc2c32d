import { may } from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { describeDestination } from '../../destinations/index.ts'
import { destinationHead } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { findSharedStream } from '../../stream-requests/index.ts'
import { SharedWith } from '../../stream-requests/pages/index.ts'
import { revokeGrant } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { listGrants } from '../queries.ts'

/** `GET /destinations/:id/access`: what was allowed to whom about this destination, or whom it was given to. Two queries. */
export async function showAccess(c: PanelContext, { db, ctx }: ControlDeps) {
  const { workspaceId } = c.var.access
  const id = c.req.param('id') ?? ''
  const destination = await describeDestination(db, workspaceId, id)
  // Only what a partner has made has clients, and only a webhook is given to somebody.
  const isOurs = destination.integration.maker === undefined
  const grants = isOurs ? [] : await listGrants(db, workspaceId, id)
  const shared = isOurs ? await findSharedStream(db, workspaceId, id) : undefined
  const now = ctx.now()
  const writes = may(c.var.access, 'destinations:write', destination.sourceId)
  const children = isOurs ? (
    shared ? (
      <SharedWith of={shared} writes={writes} now={now} />
    ) : (
      <Card title="Whom you have given it to">
        <p>Nobody: it is your own.</p>
      </Card>
    )
  ) : (
    <Card
      title="Sites that may manage it"
      lead="They can enable and disable this destination and fill in its settings, and nothing else. Once revoked they can no more, from the next moment on; the destination stays as it is."
    >
      {grants.length === 0 ? (
        <p>None. A partner’s site asks you, when you begin there.</p>
      ) : (
        <ul class="lines">
          {grants.map(({ id: grantId, clientName, company, allowedBy, createdAt, usedAt, ended }) => (
            <li>
              <div>
                <strong>{clientName}</strong> {ended && <Badge tone="off">Ended</Badge>}
                <p class="soft wrap">
                  {company ?? 'no partner of ours'}; allowed <Ago at={createdAt} now={now} /> by{' '}
                  {allowedBy ?? 'somebody who is gone'};{' '}
                  {usedAt === null ? (
                    'never used'
                  ) : (
                    <>
                      last used <Ago at={usedAt} now={now} />
                    </>
                  )}
                </p>
              </div>
              {writes && (
                <form method="post" action={`/destinations/${id}/access/${grantId}/revoke`}>
                  <Button small label={`Revoke what ${clientName} may do`}>
                    Revoke
                  </Button>
                </form>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
  return showPage(c, { ...destinationHead(destination, 'access', now), children })
}

export async function postRevokeGrant(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  await revokeGrant(deps, c.var.access.workspaceId, id, c.req.param('grantId') ?? '')
  return c.redirect(withFlash(`/destinations/${id}/access`, 'grant-revoked'), 303)
}

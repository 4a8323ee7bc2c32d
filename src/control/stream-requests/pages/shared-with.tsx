import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { revokeStream } from '../commands.ts'
import { withFlash } from '../flash.ts'
import type { SharedStream } from '../queries.ts'

/** Whom a destination was given to, and how it is taken back. */
export function SharedWith({ of, writes, now }: { of: SharedStream; writes: boolean; now: number }) {
  const { destinationId, company, email, words, givenBy, createdAt } = of
  return (
    <Card
      title="Whom you have given it to"
      lead="They asked for it by a link. Taken back, this destination is deleted, with what it still owes, and they are told."
    >
      <Facts
        of={[
          ['Who', company],
          ['E-mail, proven by a link', email],
          ['What for', <span class="record-words">{words}</span>],
          [
            'Given',
            <>
              <Ago at={createdAt} now={now} /> by {givenBy}
            </>,
          ],
        ]}
      />
      {writes && (
        <form method="post" action={`/destinations/${destinationId}/shared-stream/revoke`} class="actions">
          <Button kind="danger">Take it back</Button>
        </form>
      )}
    </Card>
  )
}

export async function postRevokeStream(c: PanelContext, deps: ControlDeps) {
  await revokeStream(deps, c.var.access.workspaceId, c.req.param('id') ?? '')
  return c.redirect(withFlash('/destinations', 'stream-revoked'), 303)
}

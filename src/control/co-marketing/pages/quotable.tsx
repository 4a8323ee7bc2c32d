import { titleOf } from '../../../integrations/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { getLiving } from '../../lifecycle/index.ts'
import { integrationHead } from '../../portal/pages/index.ts'
import { growthOf } from '../../quality/index.ts'
import type { ControlDeps } from '../../request.ts'
import { FEWEST_CUSTOMERS, quotableOf, quotableWords } from '../quotable.ts'

const QUOTED_DAYS = 30

/** `GET /integrations/:id/co-marketing`: what its maker may quote. Two queries. */
export async function showQuotable(c: PanelContext, { db }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const [{ integration }, growth] = await Promise.all([
    getLiving(db, id, c.var.access.workspaceId),
    growthOf(db, id, QUOTED_DAYS),
  ])
  const quotable = quotableOf(growth)
  const number = (n: number | null, unit = '') =>
    n === null ? 'Too few events yet' : `${n.toLocaleString('en-GB')}${unit}`
  const children = (
    <>
      <Card
        title="Figures that you may quote"
        lead="Of the last thirty days, rounded down, so that they are true for a while. Nobody has to be asked."
      >
        {quotable ? (
          <>
            <Facts
              of={[
                ['Companies, at least', number(quotable.customers)],
                ['Events delivered, over', number(quotable.events)],
                ['Of these arrived', number(quotable.arrived, ' %')],
              ]}
            />
            <CodeBlock label="In words" code={quotableWords(quotable, titleOf(integration), 'us')} />
          </>
        ) : (
          <p>
            There are none with fewer than {FEWEST_CUSTOMERS} customers: a figure of few says something of each of them.
          </p>
        )}
      </Card>
      <Card
        title="A customer does something exciting?"
        lead="Tell us, once they have agreed to be asked. We write about it together."
      >
        <div class="actions">
          <Button href="/partners/co-marketing">Tell us</Button>
          <Button kind="quiet" href={`/partners/integrations/${encodeURIComponent(integration.slug)}`}>
            Badge and button
          </Button>
        </div>
      </Card>
    </>
  )
  return showPage(c, { ...integrationHead(integration, 'co-marketing', c.var.access), children })
}

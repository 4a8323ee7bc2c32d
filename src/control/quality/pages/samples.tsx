import { deadWords, type Failure } from '../../../lane/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { getLiving } from '../../lifecycle/index.ts'
import { lifeHead } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { readRawSamples } from '../raw-samples.ts'

/** Of a body that is shown. */
const SHOWN_CHARS = 2_000

/** `GET /integrations/:id/growth/samples`: failures of customers who have agreed to it. Two queries, three calls at most. */
export async function showRawSamples(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const living = await getLiving(deps.db, id, c.var.access.workspaceId)
  const samples = await readRawSamples(deps, id)
  const now = deps.ctx.now()
  const children =
    samples.length === 0 ? (
      <Empty icon="check" title="There is none to show">
        A customer shows you failures with events of its own by a switch on the page “Partner” of its destination.
      </Empty>
    ) : (
      samples.map(({ customer, failures }) => (
        <Card title={customer ?? 'A customer'} lead="As they were sent, without secrets. Nothing of it is kept here.">
          {failures.map((failure) => (
            <RawFailure of={failure} now={now} />
          ))}
        </Card>
      ))
    )
  return showPage(c, { ...lifeHead(living, 'growth', c.var.access), children })
}

function RawFailure({ of: { code, at, sample }, now }: { of: Failure; now: number }) {
  const said = sample?.response?.body ?? sample?.error ?? ''
  return (
    <section class="stack">
      <h3>
        {deadWords(code)}, <Ago at={Date.parse(at)} now={now} />
      </h3>
      {sample && (
        <>
          <CodeBlock label="Request" language="json" code={sample.request.body.slice(0, SHOWN_CHARS)} />
          <CodeBlock label="Answer" code={said.slice(0, SHOWN_CHARS) || '(empty)'} />
        </>
      )}
    </section>
  )
}

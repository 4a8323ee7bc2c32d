import { Badge } from '../../../ui/components/badge.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { readFeedback } from '../queries.ts'

/** `GET /feedback`: what readers say of the docs, the page that helps least first. Two queries. */
export async function showFeedback(c: PanelContext, { db, ctx }: ControlDeps) {
  const { counts, words } = await readFeedback(db)
  const now = ctx.now()
  const link = (page: string) => <a href={`/docs/${page}`}>{page}</a>
  const children =
    counts.length === 0 ? (
      <Empty icon="check" title="Nobody has said anything yet">
        Each page of <a href="/docs">the docs</a> asks whether it helped.
      </Empty>
    ) : (
      <>
        <Card title="By page">
          <Table
            caption="By page"
            columns={[{ title: 'Page' }, { title: 'Helped', number: true }, { title: 'Did not', number: true }]}
            rows={counts.map(({ page, yes, no }) => [link(page), String(yes), String(no)])}
          />
        </Card>
        {words.length > 0 && (
          <Card title="In their words" lead="The newest hundred.">
            <ul class="lines">
              {words.map((one) => (
                <li>
                  <div>
                    <p class="wrap said">{one.words}</p>
                    <p class="soft">
                      {link(one.page)}, <Ago at={one.at} now={now} />
                    </p>
                  </div>
                  <Badge tone={one.helpful ? 'good' : 'warn'}>{one.helpful ? 'Helped' : 'Did not help'}</Badge>
                </li>
              ))}
            </ul>
          </Card>
        )}
      </>
    )
  const lead = 'Whether pages of the docs helped their readers, and what they wrote.'
  return showPage(c, { title: 'Feedback', current: 'feedback', lead, children })
}

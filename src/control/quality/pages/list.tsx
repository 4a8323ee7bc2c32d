import { Badge } from '../../../ui/components/badge.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Pager, pageAt } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { LIFE_TONES, STATE_WORDS } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { listJudged } from '../queries.ts'
import { BandBadge } from './quality.tsx'

/** `GET /quality?page=`: integrations of partners by their score, the worst first. One query. */
export async function showQualityList(c: PanelContext, { db }: ControlDeps) {
  const listed = await listJudged(db, pageAt(c.req.query('page')))
  const children =
    listed.lines.length === 0 ? (
      <Empty icon="check" title="There is none yet">
        Integrations of partners that everybody finds are judged here.
      </Empty>
    ) : (
      <>
        <Table
          caption="Integrations of partners by score"
          columns={[{ title: 'Integration' }, { title: 'State' }, { title: 'Band' }, { title: 'Score', number: true }]}
          rows={listed.lines.map(({ id, name, company, status, score, band }) => [
            <>
              <a href={`/submissions/${id}/quality`}>{name}</a>
              <span class="under">{company}</span>
            </>,
            <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
            band === null ? 'Too few deliveries' : <BandBadge of={band} />,
            score === null ? '–' : score.toFixed(1),
          ])}
        />
        <Pager path="/quality" query={{}} page={listed} what="integration" />
      </>
    )
  const lead = 'What became of the events of all customers, judged by one formula. The worst stands first.'
  return showPage(c, { title: 'Quality', current: 'quality', lead, children })
}

import type { Context } from 'hono'
import { Badge } from '../../../ui/components/badge.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { showPublic } from '../../../ui/layout/public.tsx'
import { isoTime } from '../../../event/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { describeCertificate } from '../describe.ts'
import { CheckCell } from './check-cell.tsx'
import { checkHref, foundWords, inOrder, standingBadge } from './words.ts'

/**
 * `GET /certificates/:run`: for whoever has the link, such as customers who were invited and reviewers. Checks and grades; what
 * was sent and what came is for the integration's own people. Two queries, one call.
 */
export async function showCertificate(c: Context, deps: ControlDeps) {
  const [programme, described] = await Promise.all([
    getProgramme(deps.db),
    describeCertificate(deps, c.req.param('run') ?? ''),
  ])
  const brand = brandOf(programme)
  c.header('X-Robots-Tag', 'noindex')
  if (!described || described.report.state !== 'ended') {
    const children = <p>Perhaps its run is not over yet, or it was one of long ago.</p>
    return showPublic(c, { title: 'There is no such certificate', brand, children }, 404)
  }
  const { report, results, integration, standing } = described
  const [tone, words] = standingBadge({ ...standing, certification: { ...standing.certification, ...report } })
  const children = (
    <>
      {standing.isStale && (
        <Notice tone="warn" title="What was certified has changed since.">
          Its endpoint, settings, calls or pace are others now.
        </Notice>
      )}
      <Card title="What it says">
        <Facts
          of={[
            ['Result', <Badge tone={tone}>{words}</Badge>],
            ['Found', foundWords(report)],
            ['When', <time dateTime={isoTime(report.startedAt)}>{isoTime(report.startedAt).slice(0, 10)}</time>],
            ['List of checks', <a href="/docs/certification">Version {report.listVersion}</a>],
            ['What was certified', <code class="wrap">{report.content}</code>],
          ]}
        />
      </Card>
      <Card title="Check by check">
        <Table
          caption="Checks"
          columns={[{ title: 'Check' }, { title: 'What is expected' }]}
          rows={inOrder(results).map((result) => [
            <CheckCell of={result} href={checkHref(result.check.id)} />,
            <span class="prose">{result.check.title}</span>,
          ])}
        />
      </Card>
    </>
  )
  return showPublic(c, {
    title: `Certificate of ${integration.name}`,
    brand,
    lead: 'An endpoint was asked what real deliveries ask, by a machine: nobody’s opinion is in it.',
    children,
  })
}

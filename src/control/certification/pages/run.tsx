import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { refusal } from '../../../refusal.ts'
import type { ControlDeps } from '../../request.ts'
import { describeCertification } from '../describe.ts'
import { CheckCell } from './check-cell.tsx'
import { ExchangeView } from './exchange.tsx'
import { tryingHead } from './tabs.tsx'
import { checkHref, foundWords, inOrder, standingBadge, verdictBadge } from './words.ts'

const EVERY = '2s'

/** `GET /integrations/:id/certifications/:run`: how far it is, and what came of each check. One query, one call. */
export async function showCertification(c: PanelContext, deps: ControlDeps) {
  const { id = '', run = '' } = c.req.param()
  const described = await describeCertification(deps, c.var.access.workspaceId, id, run)
  const { report, results, integration, standing } = described
  const path = `/integrations/${id}/certifications/${run}`
  const [tone, words] = standingBadge({ ...standing, certification: { ...standing.certification, ...report } })
  const head = tryingHead(integration, 'certifications', c.var.access)
  const refresh = report.state === 'running' && {
    'hx-get': path,
    'hx-trigger': `every ${EVERY}`,
    'hx-select': '#run',
    'hx-swap': 'outerHTML',
  }
  const failed = results.filter(({ verdict }) => verdict.state === 'failed')
  const others = inOrder(results.filter(({ verdict }) => verdict.state !== 'failed'))
  return showPage(c, {
    ...head,
    crumbs: [...head.crumbs, ['Certification', `/integrations/${id}/certifications`]],
    lead: (
      <>
        <Ago at={report.startedAt} now={deps.ctx.now()} />, by {report.startedBy}.
      </>
    ),
    children: (
      <div id="run" class="stack" {...refresh}>
        <Card
          title={report.state === 'running' ? 'How far it is' : 'What it came to'}
          actions={
            report.state === 'ended' && (
              <Button kind="plain" href={standing.path}>
                The certificate
              </Button>
            )
          }
        >
          <p>
            <Badge tone={tone}>{words}</Badge>
          </p>
          {report.state === 'running' && (
            <progress value={report.made} max={report.checks} aria-label="Checks that were made">
              {report.made} of {report.checks}
            </progress>
          )}
          {report.state === 'broken' && (
            <Notice tone="warn" title="It came to no end, by no fault of the endpoint.">
              Begin it once more.
            </Notice>
          )}
          {standing.isStale && (
            <Notice tone="warn" title="What was certified has changed since.">
              Endpoint, settings, calls or pace are others now.
            </Notice>
          )}
          <Facts
            of={[
              ['Checks', `${report.made} of ${report.checks}: ${report.passed} passed, ${report.skipped} skipped`],
              ['Found', foundWords(report)],
              ['Requests', report.requests.toLocaleString('en-GB')],
              ['List of checks', `Version ${report.listVersion}`],
              ['What was certified', <code>{report.content}</code>],
            ]}
          />
        </Card>
        {failed.length > 0 && (
          <Card title={`${plural(failed.length, 'check')} failed`} lead="Each with what came, and how to mend it.">
            <Table
              caption="Checks that failed"
              columns={[{ title: 'Check' }, { title: 'What came, and how to mend it' }]}
              rows={failed.map((result) => [
                <CheckCell of={result} href={`${path}/${result.check.id}`} />,
                <div class="prose">
                  <strong>{result.check.title}</strong>
                  <p>{'why' in result.verdict && result.verdict.why}</p>
                  <p class="soft">{result.check.mend}</p>
                </div>,
              ])}
            />
          </Card>
        )}
        {others.length > 0 && (
          <Card title="The others">
            <Table
              caption="Checks that passed or were skipped"
              columns={[{ title: 'Check' }, { title: 'What was expected' }]}
              rows={others.map((result) => [
                <CheckCell of={result} href={`${path}/${result.check.id}`} />,
                <span class="prose">
                  {result.check.title}
                  {'why' in result.verdict && <span class="under">{result.verdict.why}</span>}
                </span>,
              ])}
            />
          </Card>
        )}
      </div>
    ),
  })
}

/** `GET /integrations/:id/certifications/:run/:check`: one check, with its request and reply. One query, one call. */
export async function showCheckResult(c: PanelContext, deps: ControlDeps) {
  const { id = '', run = '', check = '' } = c.req.param()
  const { results, integration, report } = await describeCertification(deps, c.var.access.workspaceId, id, run)
  const found = results.find((one) => one.check.id === check)
  if (!found) throw refusal(404, `This run has no check ${check}.`)
  const { verdict } = found
  const [tone, words] = verdictBadge(found)
  const exchange = 'exchange' in verdict ? verdict.exchange : undefined
  const path = `/integrations/${id}/certifications`
  const head = tryingHead(integration, 'certifications', c.var.access)
  return showPage(c, {
    ...head,
    title: check,
    crumbs: [...head.crumbs, ['Certification', path], ['Run', `${path}/${run}`]],
    state: <Badge tone={tone}>{words}</Badge>,
    lead: found.check.title,
    children: (
      <>
        <Card title="What came of it">
          {'why' in verdict && <p class="wrap">{verdict.why}</p>}
          <Facts
            of={[
              ['Expected', found.check.title],
              ['How to mend it', found.check.mend],
              ['Grade', found.check.grade],
              ['In the list since', `Version ${found.check.since}`],
              ['Run', <Ago at={report.startedAt} now={deps.ctx.now()} />],
              ['More', <a href={checkHref(check)}>{check} in the list</a>],
            ]}
          />
        </Card>
        {exchange && (
          <Card
            title={verdict.state === 'passed' ? 'The last request of this check' : 'The request that shows it'}
            lead="Keys are hidden, texts cut."
          >
            <ExchangeView of={exchange} />
          </Card>
        )}
      </>
    ),
  })
}

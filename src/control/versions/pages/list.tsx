import { may } from '../../../accounts/index.ts'
import { integrationOfRow } from '../../../settings/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { integrationHead } from '../../portal/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { describeVersions, type VersionLine, type Versions } from '../queries.ts'
import { VERSION_TONES, VERSION_WORDS } from '../words.ts'

/** `GET /integrations/:id/versions`: what customers have had, what they have, and what is drafted. Two queries. */
export async function showVersions(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const found = await describeVersions(db, id, c.var.access.workspaceId)
  const edit = may(c.var.access, 'integrations:write') && <Button href={`/integrations/${id}`}>Edit</Button>
  return showPage(c, {
    ...integrationHead(integrationOfRow(found.row), 'versions', c.var.access),
    children: (
      <Card
        title="Versions"
        lead={
          <>
            What customers have is changed by a version: checked, and rolled out to a hundredth, a tenth, then all of
            their destinations. <a href="/docs/partners#versions">How it goes</a>
          </>
        }
        actions={edit}
      >
        <VersionTable of={found} path={`/integrations/${id}/versions`} now={ctx.now()} />
      </Card>
    ),
  })
}

/** The newest first. */
export function VersionTable({ of: { versions }, path, now }: { of: Versions; path: string; now: number }) {
  if (versions.length === 0) {
    return (
      <Empty icon="catalogue" title="There is one version">
        As soon as others have it, what is saved becomes a draft of the next, and stands here.
      </Empty>
    )
  }
  return (
    <Table
      caption="Versions"
      columns={[{ title: 'Version' }, { title: 'State' }, { title: 'Destinations' }, { title: 'Since' }]}
      rows={versions.map((one) => [
        <a href={`${path}/${one.number}`}>Version {one.number}</a>,
        <Badge tone={VERSION_TONES[one.state]}>{VERSION_WORDS[one.state]}</Badge>,
        rolledWords(one),
        <Ago at={one.endedAt ?? one.liveAt ?? one.submittedAt ?? one.editedAt} now={now} />,
      ])}
    />
  )
}

/** How many destinations have it. */
export function rolledWords({ state, share }: Pick<VersionLine, 'state' | 'share'>): string {
  if (state === 'live') return share === null ? 'All' : 'All, watched'
  if (state === 'rolling') return `${share} in a hundred`
  return 'None'
}

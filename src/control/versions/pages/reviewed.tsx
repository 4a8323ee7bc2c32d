import { callerOf, may } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { integrationOfRow, type IntegrationRow } from '../../../settings/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import type { Crumb } from '../../../ui/components/crumbs.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { revertVersion } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { versionNumber } from '../number.ts'
import { describeVersion, describeVersions } from '../queries.ts'
import { VersionTable } from './list.tsx'
import { RevertForm, VersionBadge, versionParts } from './version.tsx'

const crumbsOf = (row: IntegrationRow): Crumb[] => [
  ['Submissions', '/submissions'],
  [titleOf(integrationOfRow(row)), `/submissions/${row.id}`],
]

/** `GET /submissions/:id/versions`: for reviewers. Two queries. */
export async function showSubmissionVersions(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const found = await describeVersions(db, id)
  return showPage(c, {
    title: `Versions of ${titleOf(integrationOfRow(found.row))}`,
    current: 'submissions',
    crumbs: crumbsOf(found.row),
    children: (
      <Card title="Versions" lead="What customers have had, what they have, and what is drafted.">
        <VersionTable of={found} path={`/submissions/${id}/versions`} now={ctx.now()} />
      </Card>
    ),
  })
}

/** `GET /submissions/:id/versions/:number`: for reviewers. Two queries at most. */
export async function showSubmissionVersion(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const id = c.req.param('id') ?? ''
  const shown = await describeVersion(deps.db, id, versionNumber(c.req.param('number')))
  const { version, row } = shown
  const path = `/submissions/${id}/versions`
  const help = 'The partner reads them, and so does every reviewer.'
  const acts = may(c.var.access, 'submissions:decide') && (
    <RevertForm of={version} action={`${path}/${version.number}/revert`} form={form} help={help} optional={false} />
  )
  return showPage(
    c,
    {
      title: `Version ${version.number}`,
      current: 'submissions',
      crumbs: [...crumbsOf(row), ['Versions', path]],
      state: <VersionBadge of={version} />,
      lead: titleOf(integrationOfRow(row)),
      children: await versionParts(shown, { isMine: false, now: deps.ctx.now(), acts }),
    },
    form.wrong ? 422 : 200,
  )
}

export async function postSubmissionRevert(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const number = versionNumber(c.req.param('number'))
  const form = await Form.read(c)
  const acting = { actor: 'reviewer' as const, who: c.var.person?.name ?? '' }
  const done = await attempt(() => revertVersion(deps, callerOf(c), acting, id, number, { words: form.get('words') }))
  if (!done.ok) return showSubmissionVersion(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(`/submissions/${id}/versions/${number}`, 'version-reverted'), 303)
}

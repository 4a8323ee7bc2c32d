import type { Child } from 'hono/jsx'
import { callerOf, may } from '../../../accounts/index.ts'
import { integrationOfRow } from '../../../settings/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { WordsField } from '../../partners/pages/index.ts'
import { integrationHead } from '../../portal/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { deleteVersion, revertVersion, submitVersion } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { versionNumber } from '../number.ts'
import { shownDifferences } from '../present.ts'
import { describeVersion, type VersionRow, type VersionShown } from '../queries.ts'
import { VERSION_TONES, VERSION_WORDS } from '../words.ts'
import { DifferenceTable } from './differences.tsx'
import { RolloutCard } from './rollout.tsx'

/** `GET /integrations/:id/versions/:number`. Two queries at most. */
export async function showVersion(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const { access } = c.var
  const id = c.req.param('id') ?? ''
  const shown = await describeVersion(deps.db, id, versionNumber(c.req.param('number')), access.workspaceId)
  const mayWrite = may(access, 'integrations:write')
  const head = integrationHead(integrationOfRow(shown.row), 'versions', access)
  const path = `/integrations/${id}/versions`
  return showPage(
    c,
    {
      ...head,
      title: `Version ${shown.version.number}`,
      crumbs: [...head.crumbs, [head.title, `/integrations/${id}`], ['Versions', path]],
      state: <VersionBadge of={shown.version} />,
      lead: head.title,
      children: await versionParts(shown, {
        isMine: mayWrite,
        now: deps.ctx.now(),
        acts: mayWrite && <PartnerActs of={shown.version} path={`${path}/${shown.version.number}`} form={form} />,
      }),
    },
    form.wrong ? 422 : 200,
  )
}

export function VersionBadge({ of: { state } }: { of: Pick<VersionRow, 'state'> }) {
  return <Badge tone={VERSION_TONES[state]}>{VERSION_WORDS[state]}</Badge>
}

/** What a version's page shows, to its partner and to reviewers. */
export async function versionParts(
  shown: VersionShown,
  { isMine, now, acts }: { isMine: boolean; now: number; acts: Child },
): Promise<Child> {
  const { version, baseNumber } = shown
  const differences = await shownDifferences(shown, isMine)
  const { state, why } = version
  const isOver = state === 'halted' || state === 'reverted'
  return (
    <>
      {isOver && (
        <Notice
          tone={VERSION_TONES[state]}
          title={`${VERSION_WORDS[state]}: customers have version ${shown.row.live}.`}
        >
          {why !== '' && <p class="record-words">{why}</p>}
        </Notice>
      )}
      <RolloutCard of={version} now={now} />
      <Card
        title="What differs"
        lead={
          baseNumber === version.number
            ? 'There was none before it.'
            : `Beside version ${baseNumber}, ${state === 'live' || state === 'former' ? 'which customers had before' : 'which customers have'}.`
        }
      >
        <DifferenceTable of={differences} />
      </Card>
      {acts}
    </>
  )
}

function PartnerActs({ of: version, path, form }: { of: VersionRow; path: string; form: Form }) {
  if (version.state === 'draft') {
    return (
      <Card title="Submit it" lead="Its certification has to be green, and what customers filled in stays valid.">
        <FormProblem form={form} />
        <div class="actions">
          <form method="post" action={`${path}/submit`}>
            <Button kind="main">Submit version {version.number}</Button>
          </form>
          <Button href={path.replace(/\/versions\/\d+$/, '')}>Edit it</Button>
          <form method="post" action={`${path}/delete`}>
            <Button kind="danger">Forget the draft</Button>
          </form>
        </div>
      </Card>
    )
  }
  return <RevertForm of={version} action={`${path}/revert`} form={form} help="They stand in the record." optional />
}

/** One button, while customers have the version. */
export function RevertForm({
  of: { state, previous },
  action,
  form,
  help,
  optional,
}: {
  of: VersionRow
  action: string
  form: Form
  help: string
  optional: boolean
}) {
  if (state !== 'rolling' && (state !== 'live' || previous === null)) return null
  return (
    <form method="post" action={action} class="card form">
      <h2>Take it back</h2>
      <FormProblem form={form} />
      <p>
        {state === 'live'
          ? `Customers have version ${previous} again, within a minute.`
          : 'All have the version before it again, within a minute.'}
      </p>
      <WordsField name="words" label="Why" help={help} form={form} optional={optional} />
      <div class="actions">
        <Button kind="danger">Take it back</Button>
      </div>
    </form>
  )
}

const placeOf = (c: PanelContext) => {
  const id = c.req.param('id') ?? ''
  const number = versionNumber(c.req.param('number'))
  return { id, number, path: `/integrations/${id}/versions/${number}` }
}

export async function postSubmitVersion(c: PanelContext, deps: ControlDeps) {
  const { id, number, path } = placeOf(c)
  const acting = { who: c.var.person?.name ?? '', workspaceId: c.var.access.workspaceId }
  const done = await attempt(() => submitVersion(deps, acting, id, number))
  // What is wrong with the draft is edited elsewhere.
  if (!done.ok) return showVersion(c, deps, Form.blank.refused(...done.problems.map(({ message }) => ({ message }))))
  const isLive = done.value.version.state === 'live'
  return c.redirect(withFlash(path, isLive ? 'version-live' : 'version-submitted'), 303)
}

export async function postRevert(c: PanelContext, deps: ControlDeps) {
  const { id, number, path } = placeOf(c)
  const form = await Form.read(c)
  const acting = { actor: 'partner' as const, who: c.var.person?.name ?? '', workspaceId: c.var.access.workspaceId }
  const done = await attempt(() => revertVersion(deps, callerOf(c), acting, id, number, { words: form.get('words') }))
  if (!done.ok) return showVersion(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(path, 'version-reverted'), 303)
}

export async function postDeleteDraft(c: PanelContext, deps: ControlDeps) {
  const { id, number } = placeOf(c)
  const done = await attempt(() => deleteVersion(deps, c.var.access.workspaceId, id, number))
  if (!done.ok) return showVersion(c, deps, Form.blank.refused(...done.problems))
  return c.redirect(withFlash(`/integrations/${id}/versions`, 'draft-deleted'), 303)
}

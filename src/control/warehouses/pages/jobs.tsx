import { may } from '../../../accounts/index.ts'
import { messageOf, type Problem } from '../../../refusal.ts'
import { Badge, type Tone } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Field, Input, Select } from '../../../ui/components/field.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form, utcTime } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { Job, JobState } from '../../../warehouse/index.ts'
import type { ControlDeps } from '../../request.ts'
import { cancelJob, createBackfill } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { type ConnectedLine, getWarehouseRow, listConnected } from '../queries.ts'
import { warehouseHead } from './head.tsx'

export const JOB_BADGES: Record<JobState, { tone: Tone; label: string }> = {
  waiting: { tone: 'off', label: 'Waiting' },
  running: { tone: 'info', label: 'Running' },
  done: { tone: 'good', label: 'Done' },
  failed: { tone: 'bad', label: 'Failed' },
  cancelled: { tone: 'off', label: 'Cancelled' },
}
const MOST_REMOVED = 10
const EVERY = '3s'
/** Sources that a form offers. */
const MOST_SOURCES = 200

/** `GET /warehouses/:id/jobs`: what is done beside the syncs. */
export async function showJobs(c: PanelContext, { db, ctx, warehouse }: ControlDeps, form = Form.blank) {
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const [jobs, connected] = await Promise.all([
    warehouse(row.id).jobs(),
    listConnected(db, row.id, { count: MOST_SOURCES }),
  ])
  const path = `/warehouses/${row.id}`
  const mayWrite = may(c.var.access, 'warehouses:write')
  const names = new Map(connected.lines.map(({ sourceId, name }) => [sourceId, name]))
  const now = ctx.now()
  const moves = jobs.some(({ state }) => state === 'waiting' || state === 'running') && {
    'hx-get': `${path}/jobs`,
    'hx-trigger': `every ${EVERY}`,
    'hx-select': '#jobs',
    'hx-swap': 'outerHTML',
  }
  return showPage(
    c,
    {
      ...warehouseHead(row, 'jobs'),
      children: (
        <>
          <div id="jobs" {...moves}>
            {jobs.length > 0 && (
              <Card title="What was ordered">
                <Table
                  caption="Backfills, columns with another type, erasures, and tables that are dropped"
                  columns={[
                    { title: 'What' },
                    { title: 'State' },
                    { title: 'Outcome' },
                    { title: 'Ordered', wide: true },
                  ]}
                  rows={jobs.map((job) => [
                    whatOf(job, names),
                    <>
                      <Badge tone={JOB_BADGES[job.state].tone}>{JOB_BADGES[job.state].label}</Badge>
                      {job.error && <span class="under">{job.error.words}</span>}
                    </>,
                    <Outcome job={job} path={path} mayWrite={mayWrite} />,
                    <Ago at={job.orderedAt} now={now} />,
                  ])}
                />
              </Card>
            )}
          </div>
          {mayWrite && <BackfillForm path={path} connected={connected.lines} form={form} />}
          {mayWrite && <ErasureForm path={path} form={form} />}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

function whatOf(job: Job, names: ReadonlyMap<string, string>): string {
  if (job.kind === 'erasure') return `${plural(job.userIds.length, 'person', 'people')} erased`
  const source = names.get(job.sourceId) ?? job.sourceId
  if (job.kind === 'removal') return `Tables of objects of ${source} dropped`
  if (job.kind === 'backfill') return `Backfill of ${source}${job.collections ? `: ${job.collections.join(', ')}` : ''}`
  return `${job.collection}.${job.property} of ${source} as ${job.type}`
}

function Outcome({ job, path, mayWrite }: { job: Job; path: string; mayWrite: boolean }) {
  const isOpen = job.state === 'waiting' || job.state === 'running'
  if (job.kind === 'erasure') {
    const removed = Object.entries(job.removed).toSorted((a, b) => b[1] - a[1])
    const rows = removed.reduce((n, [, one]) => n + one, 0)
    return (
      <>
        {plural(rows, 'row')} removed, {plural(job.tables, 'table')} gone through
        {removed.slice(0, MOST_REMOVED).map(([table, n]) => (
          <span class="under">
            <code class="wrap">{table}</code>: {n.toLocaleString('en-GB')}
          </span>
        ))}
      </>
    )
  }
  if (job.kind === 'removal')
    return (
      <>
        {job.dropped.length.toLocaleString('en-GB')} of {job.tables === null ? 'some' : plural(job.tables, 'table')}{' '}
        dropped
        {job.dropped.slice(0, MOST_REMOVED).map((table) => (
          <span class="under">
            <code class="wrap">
              {job.schema}.{table}
            </code>
          </span>
        ))}
        {job.dropped.length > MOST_REMOVED && (
          <span class="under">and {(job.dropped.length - MOST_REMOVED).toLocaleString('en-GB')} more</span>
        )}
      </>
    )
  return (
    <>
      {job.kind === 'retyping' ? plural(job.filled, 'value') : plural(job.rows, 'new row')} of{' '}
      {plural(job.events, 'event')}
      {isOpen && (
        <div class="actions">
          <progress max="1" value={String(job.progress)} aria-label="How much has been read" />
          {mayWrite && (
            <form method="post" action={`${path}/${job.kind}s/${job.id}`}>
              <Button small>Cancel</Button>
            </form>
          )}
        </div>
      )}
    </>
  )
}

function BackfillForm({ path, connected, form }: { path: string; connected: readonly ConnectedLine[]; form: Form }) {
  if (connected.length === 0) return null
  const own = form.get('kind') === 'backfill' ? form : Form.blank
  return (
    <Card
      title="Backfill"
      lead="Reads what a source has once more, beside the syncs. What is in the tables already is not loaded twice."
    >
      <form method="post" action={`${path}/backfills`} class="stack form">
        <FormProblem form={own} />
        <input type="hidden" name="kind" value="backfill" />
        <Field id="source" label="Source" error={own.problem('sourceId')}>
          <Select
            id="source"
            name="source"
            value={own.value('source', connected[0]?.sourceId ?? '')}
            options={connected.map(({ sourceId, name }) => [sourceId, name] as const)}
          />
        </Field>
        <Field id="from" label="From (UTC)" help="Empty: from the beginning." error={own.problem('from')} optional>
          <Input
            id="from"
            name="from"
            type="datetime-local"
            value={own.value('from', '')}
            error={own.problem('from')}
          />
        </Field>
        <TextField
          name="collections"
          label="Only these tables"
          help="With commas between, as they are called in the warehouse: order_completed."
          autocomplete="off"
          optional
          form={own}
        />
        <div class="actions">
          <Button kind="main">Begin</Button>
        </div>
      </form>
    </Card>
  )
}

function ErasureForm({ path, form }: { path: string; form: Form }) {
  const own = form.get('kind') === 'erasure' ? form : Form.blank
  return (
    <Card
      title="Erase people"
      lead="Removes their rows from every table of every source here, and does not load again what they had sent until now. The archive keeps their events. The next page says what will happen, before it does."
    >
      <form method="post" action={`${path}/erasures`} class="stack form">
        <FormProblem form={own} />
        <input type="hidden" name="kind" value="erasure" />
        <TextField
          name="userIds"
          label="User ids"
          help="As events have them, with commas between; at most a hundred."
          autocomplete="off"
          mono
          form={own}
        />
        <div class="actions">
          <Button kind="danger">Erase their rows…</Button>
        </div>
      </form>
    </Card>
  )
}

/** `POST /warehouses/:id/backfills` */
export async function postCreateBackfill(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const collections = listOf(form.get('collections'))
  const from = form.get('from')
  const body = {
    sourceId: form.get('source'),
    ...(from !== '' && { from: utcTime(from) }),
    ...(collections.length > 0 && { collections }),
  }
  const id = c.req.param('id') ?? ''
  const done = await attempt(() => createBackfill(deps, c.var.access.workspaceId, id, body))
  if (done.ok) return c.redirect(withFlash(`/warehouses/${id}/jobs`, 'backfill-begun'), 303)
  return showJobs(c, deps, form.refused(...asOneLine(done.problems)))
}

/** `POST /warehouses/:id/backfills/:job` and `/retypings/:job`: cancels it. */
export async function postCancelJob(c: PanelContext, deps: ControlDeps, kind: 'backfill' | 'retyping') {
  const { id = '', job = '' } = c.req.param()
  const done = await attempt(() => cancelJob(deps, c.var.access.workspaceId, id, kind, job))
  if (!done.ok) return showProblem(c, 409, 'It is not cancelled', messageOf(done.problems), `/warehouses/${id}/jobs`)
  return c.redirect(withFlash(`/warehouses/${id}/jobs`, `${kind}-cancelled`), 303)
}

/** A list is one line here: what is wrong with a part of it is wrong with the line. */
export function asOneLine(problems: readonly Problem[]): Problem[] {
  return problems.map(({ field, ...rest }) => ({ ...rest, ...(field && { field: field.split('.')[0] ?? field }) }))
}

/** What was typed with commas between. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

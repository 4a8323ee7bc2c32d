import { isRetypable } from '../../../connectors/index.ts'
import { COLUMN_TYPES } from '../../../tables/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Field, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural } from '../../../ui/counts.ts'
import { FormProblem } from '../../../ui/form.tsx'
import type { Form } from '../../../ui/forms.ts'
import { isLeftOut, type Job, type KnownTable, type LeftOut, type RetypingJob } from '../../../warehouse/index.ts'
import { JOB_BADGES } from './jobs.tsx'
import { Notices } from './parts.tsx'

/** Of columns that were given another type lately. */
const MOST_JOBS = 3
const MOST_NOTICES = 5
const EVERY = '3s'

const TYPES: Record<(typeof COLUMN_TYPES)[number], string> = {
  text: 'text: takes everything',
  bigint: 'bigint: whole numbers',
  double: 'double: numbers with fractions',
  boolean: 'boolean: true and false',
  timestamp: 'timestamp: a moment, in UTC',
}

/** Where a column of a table is given another type, and what became of that. `log`: rows of the source's log. */
export function RetypeColumn({
  path,
  table,
  leftOut,
  jobs,
  log,
  form,
  mayWrite,
  now,
}: {
  path: string
  table: KnownTable
  leftOut: LeftOut
  jobs: readonly Job[]
  log: number | null
  form: Form
  mayWrite: boolean
  now: number
}) {
  const mine = jobs
    .filter((job) => job.kind === 'retyping')
    .filter(({ sourceId, collection }) => sourceId === table.sourceId && collection === table.name)
    .slice(0, MOST_JOBS)
  const columns = table.columns.filter(({ name }) => isRetypable(name) && !isLeftOut(leftOut, table.name, name))
  const moves = mine.some(isOpen) && {
    'hx-get': path,
    'hx-trigger': `every ${EVERY}`,
    'hx-select': '#retypings',
    'hx-swap': 'outerHTML',
  }
  const archive = log === null ? 'all of it' : `all ${plural(log, 'batch', 'batches')} of it`
  return (
    <Card
      title="Give a column another type"
      lead={`The source's archive is read once more, ${archive}, and a new column is filled beside the old one, so that values which did not fit come back. The old one is there until the new one takes its place; syncs go on meanwhile. Indexes over the old column go with it.`}
    >
      <div id="retypings" {...moves}>
        {mine.map((job) => (
          <RetypingState job={job} path={path.replace(/\/tables\/.*/, '')} mayWrite={mayWrite} now={now} />
        ))}
      </div>
      {mayWrite && columns.length > 0 && (
        <form method="post" action={`${path}/retypings`} class="stack form">
          <FormProblem form={form} />
          <Field id="property" label="Column" error={form.problem('property')}>
            <Select
              id="property"
              name="property"
              value={form.value('property', columns[0]?.name ?? '')}
              options={columns.map(({ name, type }) => [name, `${name} (${type})`] as const)}
            />
          </Field>
          <Field id="type" label="New type" error={form.problem('type')}>
            <Select
              id="type"
              name="type"
              value={form.value('type', 'text')}
              options={COLUMN_TYPES.map((type) => [type, TYPES[type]] as const)}
            />
          </Field>
          <div class="actions">
            <Button kind="main">Give it this type</Button>
          </div>
        </form>
      )}
    </Card>
  )
}

function RetypingState({
  job,
  path,
  mayWrite,
  now,
}: {
  job: RetypingJob
  path: string
  mayWrite: boolean
  now: number
}) {
  const { id, state, property, type, error, progress, read, last, filled, notices, orderedAt } = job
  const { tone, label } = JOB_BADGES[state]
  return (
    <div class="stack">
      <p>
        <Badge tone={tone}>{label}</Badge> <code class="wrap">{property}</code> as {type},{' '}
        <Ago at={orderedAt} now={now} />
        {last !== null && `: ${read.toLocaleString('en-GB')} of ${plural(last, 'batch', 'batches')} read`}
        {filled > 0 && `, ${plural(filled, 'value')} filled in`}
      </p>
      {isOpen(job) && <progress max="1" value={String(progress)} aria-label="How much has been read" />}
      {error && (
        <Notice tone={state === 'failed' ? 'bad' : 'warn'} title={error.words}>
          {state !== 'failed' && 'It is tried again, and goes on where it stopped.'}
        </Notice>
      )}
      {error?.sql !== undefined && <CodeBlock label="What mends it" code={error.sql} language="SQL" />}
      <Notices notices={notices} most={MOST_NOTICES} />
      {isOpen(job) && mayWrite && (
        <form method="post" action={`${path}/retypings/${id}`}>
          <Button small>Cancel</Button>
        </form>
      )}
    </div>
  )
}

function isOpen({ state }: Job): boolean {
  return state === 'waiting' || state === 'running'
}

import { EVENT_TYPES } from '../../../event/index.ts'
import { deadWords } from '../../../lane/index.ts'
import type { Problem } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Field, Input, Select } from '../../../ui/components/field.tsx'
import type { FilterName } from '../filter.ts'
import type { Asked } from './asked.ts'
import type { ShownOwner } from './owner.ts'

interface FilterProps {
  of: ShownOwner
  asked: Asked
  /** Those that there are. */
  reasons: readonly string[]
  problems: readonly Problem[]
}

/** Which dead letters are shown: a form that asks by its address. */
export function FilterForm({ of, asked, reasons, problems }: FilterProps) {
  const errorOf = (name: FilterName) => problems.find(({ field }) => field === name)?.message
  const named = asked.reason === undefined ? reasons : [...new Set([asked.reason, ...reasons])]
  const path = `${of.path}/dead-letters`
  return (
    <details class="card letter-filter" open={Object.keys(asked).length > 0}>
      <summary>Find by event, person, reason or time</summary>
      <form class="stack" method="get" action={path} role="search" aria-label="Dead letters">
        <div class="letter-filter-fields">
          <Field id="reason" label="Reason" error={errorOf('reason')}>
            <Select
              id="reason"
              name="reason"
              value={asked.reason ?? ''}
              options={[['', 'Any'], ...named.map((code) => [code, `${code}: ${deadWords(code)}`] as const)]}
              error={errorOf('reason')}
            />
          </Field>
          <Field id="event" label="Event" error={errorOf('event')}>
            <Input id="event" name="event" value={asked.event} placeholder="Order *" error={errorOf('event')} />
          </Field>
          <Field id="type" label="Call" error={errorOf('type')}>
            <Select
              id="type"
              name="type"
              value={asked.type ?? ''}
              options={[['', 'Any'], ...EVENT_TYPES.map((type) => [type, type] as const)]}
              error={errorOf('type')}
            />
          </Field>
          <Field id="userId" label="Person" error={errorOf('userId')}>
            <Input
              id="userId"
              name="userId"
              value={asked.userId}
              placeholder="userId or anonymousId"
              error={errorOf('userId')}
            />
          </Field>
          <Time name="from" label="Given up from (UTC)" asked={asked} error={errorOf('from')} />
          <Time name="until" label="Until (UTC)" asked={asked} error={errorOf('until')} />
        </div>
        <div class="actions">
          <Button>Show</Button>
          {Object.keys(asked).length > 0 && (
            <Button kind="quiet" href={path}>
              Show all
            </Button>
          )}
        </div>
      </form>
    </details>
  )
}

interface TimeProps {
  name: 'from' | 'until'
  label: string
  asked: Asked
  error: string | undefined
}

function Time({ name, label, asked, error }: TimeProps) {
  // As browsers take it: to the second, without a zone.
  const value = asked[name]?.replace(/(?:\.\d+)?Z$/, '')
  return (
    <Field id={name} label={label} error={error}>
      <Input id={name} name={name} type="datetime-local" step="1" value={value} error={error} />
    </Field>
  )
}

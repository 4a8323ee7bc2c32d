import { Field, Input, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'
import type { SyncSchedule } from '../../../warehouse/index.ts'
import { timeOfDay } from '../present.ts'

const EVERY: readonly (readonly [value: string, label: string])[] = [
  ['5', 'Every 5 minutes'],
  ['15', 'Every 15 minutes'],
  ['30', 'Every 30 minutes'],
  ['60', 'Every hour'],
  ['180', 'Every 3 hours'],
  ['360', 'Every 6 hours'],
  ['720', 'Every 12 hours'],
  ['1440', 'Once a day'],
]
const AS_IT_IS = 'as-it-is'

/** When it is loaded; one that a form cannot say, by the API, may stay as it is. */
export function ScheduleFields({ saved, form }: { saved: SyncSchedule; form: Form }) {
  const known = 'everyMinutes' in saved && EVERY.some(([value]) => value === String(saved.everyMinutes))
  const error = form.problem('schedule') ?? form.problem('schedule.everyMinutes')
  return (
    <>
      <Field id="every" label="How often" error={error}>
        <Select
          id="every"
          name="every"
          value={form.value('every', known ? String(saved.everyMinutes) : AS_IT_IS)}
          options={known ? EVERY : [[AS_IT_IS, 'As it is set by the API'], ...EVERY]}
        />
      </Field>
      <Field
        id="at"
        label="At (UTC)"
        help="A time such as 03:30, from which it is counted: of the day, or past the hour. Empty: midnight."
        error={form.problem('schedule.at')}
        optional
      >
        <Input
          id="at"
          name="at"
          placeholder="00:00"
          value={form.value('at', 'atMinute' in saved && saved.atMinute > 0 ? timeOfDay(saved.atMinute) : '')}
          error={form.problem('schedule.at')}
        />
      </Field>
    </>
  )
}

/** As the API takes it. */
export function readSchedule(form: Form): { schedule?: { everyMinutes: number; at?: string } } {
  const every = form.get('every')
  if (every === '' || every === AS_IT_IS) return {}
  const at = form.get('at')
  return { schedule: { everyMinutes: Number(every), ...(at !== '' && { at }) } }
}

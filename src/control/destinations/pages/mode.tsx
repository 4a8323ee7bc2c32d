import { type Integration, type Mode, modesOf } from '../../../integrations/index.ts'
import { Field, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'

const WORDS: Record<Mode, string> = {
  device: 'On the device: its own code gets the events there',
  cloud: 'From the cloud: events are sent to it from here',
}

/** Who brings it the events, where there is a choice. */
export function ModeField({ of, saved, form }: { of: Integration; saved: Mode | null; form: Form }) {
  const modes = modesOf(of)
  if (modes.length < 2) return null
  const chosen = form.value('mode', saved ?? of.device?.defaultMode)
  return (
    <Field id="mode" label="Where it gets its events" error={form.problem('mode')}>
      <Select
        id="mode"
        name="mode"
        value={chosen}
        options={modes.map((mode) => [mode, WORDS[mode]] as const)}
        error={form.problem('mode')}
      />
    </Field>
  )
}

/** What was chosen, as the API takes it. */
export function readMode(form: Form): { mode?: string } {
  return form.has('mode') ? { mode: form.get('mode') } : {}
}

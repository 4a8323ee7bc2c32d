import { cloudChannels, type Integration, type Mode, modesOf } from '../../../integrations/index.ts'
import { Field, Select } from '../../../ui/components/field.tsx'
import { one, type Problems, type Typed } from '../../forms.ts'

const WORDS: Record<Mode, string> = {
  device: 'On the device: its own code gets the events there',
  cloud: 'From the cloud: events are sent to it from here',
}

/** Who brings it the events, where there is a choice. */
export function ModeField({
  of,
  saved,
  form,
  problems,
}: {
  of: Integration
  saved: Mode | null
  form?: Typed | undefined
  problems: Problems
}) {
  const modes = modesOf(of)
  if (modes.length < 2) return null
  const chosen = form?.has('mode') ? one(form, 'mode') : (saved ?? of.device?.defaultMode)
  return (
    <Field id="mode" label="Where it gets its events" error={problems.get('mode')}>
      <Select
        id="mode"
        name="mode"
        value={chosen}
        options={modes.map((mode) => [mode, WORDS[mode]] as const)}
        error={problems.get('mode')}
      />
    </Field>
  )
}

/** What was chosen, as the API takes it. */
export function readMode(form: Typed): { mode?: string } {
  return form.has('mode') ? { mode: one(form, 'mode') } : {}
}

/** Nothing is sent to it from here: its own code runs on the device, and its lane stays empty. */
export function isDeviceOnly(integration: Integration, mode: Mode | null): boolean {
  return cloudChannels(integration, mode).length === 0
}

import { MODES, type Sdk, SDKS } from '../../../integrations/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, Field, FieldError, FieldGroup, Select } from '../../../ui/components/field.tsx'
import { TextField } from '../../../ui/form.tsx'
import { Area } from './area.tsx'
import type { PartProps } from './integration-form.tsx'

const SDK_WORDS: Record<Sdk, string> = { browser: 'Web pages', ios: 'iOS', android: 'Android' }

const PLUGINS = [
  ['remote', 'We load it: a script at an address, which leaves a global'],
  ['bundle', 'Its customers build it into their pages and apps'],
] as const

/** What runs on devices. */
export function DeviceCard({ saved: { device }, form }: PartProps) {
  const sdks: readonly string[] = form.sent ? form.all('device.sdks') : (device?.sdks ?? ['browser'])
  const remote = device?.plugin.type === 'remote' ? device.plugin : undefined
  return (
    <Card title="On devices">
      <FieldGroup id="device.sdks" label="Where it runs" error={form.problem('device.sdks')}>
        {SDKS.map((sdk) => (
          <Checkbox
            id={`sdk-${sdk}`}
            name="device.sdks"
            value={sdk}
            label={SDK_WORDS[sdk]}
            checked={sdks.includes(sdk)}
          />
        ))}
      </FieldGroup>
      <Field id="device.plugin.type" label="How it gets there" error={form.problem('device.plugin.type')}>
        <Select
          id="device.plugin.type"
          name="device.plugin.type"
          value={form.value('device.plugin.type', device?.plugin.type ?? 'remote')}
          options={PLUGINS}
        />
      </Field>
      <TextField
        name="device.plugin.url"
        label="Address of the script"
        help="Where we load it. Only web pages can."
        autocomplete="off"
        optional
        value={remote?.url ?? ''}
        form={form}
        mono
      />
      <TextField
        name="device.plugin.libraryName"
        label="Name of its global"
        help="The factory of plugins that the script leaves."
        autocomplete="off"
        optional
        value={remote?.libraryName ?? ''}
        form={form}
        mono
      />
      <Area
        name="device.plugin.subscriptions"
        label="Subscriptions"
        rows={4}
        help="JSON: a list of name, subscribe (Segment’s filter language), partnerAction and mapping. Handed to the factory."
        value={form.value(
          'device.plugin.subscriptions',
          remote?.subscriptions ? JSON.stringify(remote.subscriptions, null, 2) : '',
        )}
        form={form}
        optional
        mono
      />
      <FieldError id="device" error={form.problem('device') ?? form.problem('device.plugin')} />
      <Field
        id="device.defaultMode"
        label="A new destination gets its events"
        error={form.problem('device.defaultMode')}
      >
        <Select
          id="device.defaultMode"
          name="device.defaultMode"
          value={form.value('device.defaultMode', device?.defaultMode ?? 'device')}
          options={MODES.map((mode) => [
            mode,
            mode === 'device' ? 'On the device' : 'From the cloud: needs an endpoint',
          ])}
        />
      </Field>
    </Card>
  )
}

import { CONNECTORS, type ConnectorName, connectorFields } from '../../../integrations/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, Field, FieldError, Input, Select } from '../../../ui/components/field.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { defaultText } from '../setting-rows.ts'
import { Area } from './area.tsx'
import type { PartProps } from './integration-form.tsx'

/** By what a warehouse is loaded, and what its maker says of the connector's settings. */
export function PresetsCard({ saved: { warehouse }, form, isNew }: PartProps & { isNew: boolean }) {
  const chosen = isNew ? form.value('warehouse.connector', warehouse?.connector ?? CONNECTORS[0]) : warehouse?.connector
  const connector = CONNECTORS.find((one) => one === chosen) ?? CONNECTORS[0]
  return (
    <>
      <Card title="Connector" lead="Which of ours loads it. It stays.">
        {isNew ? (
          <>
            <Field id="warehouse.connector" label="Connector" error={form.problem('warehouse.connector')}>
              <Select
                id="warehouse.connector"
                name="warehouse.connector"
                value={connector}
                options={CONNECTORS.map((one) => [one, one])}
              />
            </Field>
            <div class="actions">
              <Button small name="act" value="connector">
                Show its settings
              </Button>
            </div>
          </>
        ) : (
          <p>
            <input type="hidden" name="warehouse.connector" value={connector} />
            <code>{connector}</code>
          </p>
        )}
        <Area
          name="warehouse.help"
          label="Before a customer begins"
          rows={4}
          help="How they get at what the form asks for: one step a line."
          value={form.value('warehouse.help', (warehouse?.help ?? []).join('\n'))}
          form={form}
          optional
        />
      </Card>
      <Card title="Its settings" lead="The connector’s own words and defaults hold where you say nothing.">
        <FieldError id="warehouse" error={form.problem('warehouse') ?? form.problem('warehouse.settings')} />
        {connectorFields(connector)
          .filter(({ format }) => format !== 'hyperdrive')
          .map((field) => (
            <PresetRow of={field} connector={connector} saved={warehouse?.settings ?? []} form={form} />
          ))}
      </Card>
    </>
  )
}

interface PresetRowProps {
  of: ReturnType<typeof connectorFields>[number]
  connector: ConnectorName
  saved: NonNullable<PartProps['saved']['warehouse']>['settings']
  form: PartProps['form']
}

function PresetRow({ of, saved, form }: PresetRowProps) {
  const { name, type, format, label } = of
  const preset = saved.find((one) => one.name === name)
  const hasHosts = format === 'host' || format === 'url'
  const inputs = [
    ['label', 'Label', label, preset?.label ?? ''],
    ['description', 'Help', of.description, preset?.description ?? ''],
    ...(type === 'secret'
      ? []
      : ([['default', 'Default', defaultText(of.default), defaultText(preset?.default)]] as const)),
  ] as const
  return (
    <fieldset class="editor-row">
      <legend>{label}</legend>
      <div class="line-three">
        {inputs.map(([key, words, placeholder, value]) => {
          const id = `preset.${name}.${key}`
          return (
            <div class="field">
              <label for={id}>{words}</label>
              <Input
                id={id}
                name={id}
                value={form.value(id, value)}
                placeholder={placeholder}
                error={form.problem(id)}
              />
              <FieldError id={id} error={form.problem(id)} />
            </div>
          )
        })}
      </div>
      {type !== 'secret' && (
        <Checkbox
          id={`preset.${name}.fixed`}
          name={`preset.${name}.fixed`}
          label="The default is its value: nobody is asked"
          checked={form.sent ? form.has(`preset.${name}.fixed`) : preset?.fixed === true}
        />
      )}
      {hasHosts && (
        <Area
          name={`preset.${name}.hosts`}
          label="Hosts that it may be"
          rows={2}
          help="One a line, such as db.example.com or *.example.com."
          value={form.value(`preset.${name}.hosts`, (preset?.hosts ?? []).join('\n'))}
          form={form}
          optional
          mono
        />
      )}
    </fieldset>
  )
}

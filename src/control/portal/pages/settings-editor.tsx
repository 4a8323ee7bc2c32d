import type { Child } from 'hono/jsx'
import { FIELD_TYPES, type FieldType } from '../../../integrations/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, FieldError, Input, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'
import type { SettingRow } from '../setting-rows.ts'

const TYPE_NAMES: Record<FieldType, string> = {
  string: 'Text',
  secret: 'Secret: encrypted, never shown again',
  boolean: 'Yes or no',
  select: 'One of several',
  number: 'Number',
  list: 'List of texts',
  map: 'Names and values',
}

interface EditorProps {
  rows: readonly SettingRow[]
  form: Form
  /** Whether there are devices that settings can reach. */
  reachesDevices: boolean
}

/** What customers are asked for, beside the API key that comes by itself. Without scripts too: each button comes back with the form. */
export function SettingsEditor({ rows, form, reachesDevices }: EditorProps) {
  return (
    <Card
      title="Settings"
      lead="What customers fill in. The API key is there already where there is an endpoint; keep the rest few."
    >
      <FieldError id="settings" error={form.problem('settings')} />
      {rows.map((row, at) => (
        <SettingRowEditor row={row} at={at} count={rows.length} form={form} reachesDevices={reachesDevices} />
      ))}
      <div class="actions">
        <Button small name="act" value="setting:add" icon="plus">
          Add a setting
        </Button>
      </div>
    </Card>
  )
}

interface RowProps {
  row: SettingRow
  at: number
  count: number
  form: Form
  reachesDevices: boolean
}

function SettingRowEditor({ row, at, count, form, reachesDevices }: RowProps) {
  const called = row.label || `setting ${at + 1}`
  const id = (key: keyof SettingRow) => `settings.${at}.${key}`
  const line = (key: 'name' | 'label' | 'description' | 'min' | 'max' | 'startsWith', label: string, help?: string) => (
    <Line id={id(key)} label={label} help={help} error={form.problem(id(key))}>
      <Input
        id={id(key)}
        name={id(key)}
        value={row[key]}
        help={help}
        error={form.problem(id(key))}
        mono={key === 'name' || key === 'startsWith'}
      />
    </Line>
  )
  const area = (key: 'default' | 'choices', label: string, help: string) => {
    const error = form.problem(id(key)) ?? listProblem(form, id(key))
    return (
      <Line id={id(key)} label={label} help={help} error={error}>
        <textarea id={id(key)} name={id(key)} rows={2} aria-describedby={`${id(key)}-help`}>
          {row[key]}
        </textarea>
      </Line>
    )
  }
  const isOpen =
    row.type === 'select' || ['default', 'min', 'max', 'startsWith', 'choices'].some((key) => row[key as 'min'] !== '')
  return (
    <fieldset class="editor-row">
      <legend>{row.label || `Setting ${at + 1}`}</legend>
      <FieldError id={`settings.${at}`} error={form.problem(`settings.${at}`)} />
      <div class="line-three">
        {line('label', 'Label')}
        {line('name', 'Key', 'In the settings that you are sent.')}
        <Line id={id('type')} label="Type" error={form.problem(id('type'))}>
          <Select
            id={id('type')}
            name={id('type')}
            value={row.type}
            options={FIELD_TYPES.map((type) => [type, TYPE_NAMES[type]])}
          />
        </Line>
      </div>
      {line('description', 'Help')}
      <Checkbox id={id('required')} name={id('required')} label="Required" checked={row.required} />
      {(reachesDevices || row.device) && (
        <Checkbox
          id={id('device')}
          name={id('device')}
          label="Reaches devices"
          help="Anybody who opens the customer’s page can read it. A secret never does."
          checked={row.device}
        />
      )}
      <details open={isOpen}>
        <summary>Default and validation</summary>
        <div class="stack">
          {area(
            'default',
            'Default',
            'Of yes or no: true or false. Of a list: one a line. Of names and values: name: value.',
          )}
          {area('choices', 'Choices', 'Of one of several: one a line.')}
          <div class="line-three">
            {line('min', 'At least', 'A number, or characters.')}
            {line('max', 'At most', 'Likewise.')}
            {line('startsWith', 'Begins with', 'Such as sk_.')}
          </div>
        </div>
      </details>
      <div class="actions">
        {at > 0 && (
          <Button small kind="quiet" name="act" value={`setting:up.${at}`} label={`Move ${called} up`}>
            Up
          </Button>
        )}
        {at < count - 1 && (
          <Button small kind="quiet" name="act" value={`setting:down.${at}`} label={`Move ${called} down`}>
            Down
          </Button>
        )}
        <Button small kind="quiet" name="act" value={`setting:remove.${at}`} label={`Remove ${called}`}>
          Remove
        </Button>
      </div>
    </fieldset>
  )
}

/** What is wrong with one line of a list. */
function listProblem(form: Form, id: string): string | undefined {
  return form.problems.find(({ field }) => field?.startsWith(`${id}.`))?.message
}

interface LineProps {
  id: string
  label: string
  help?: string | undefined
  error: string | undefined
  children?: Child
}

function Line({ id, label, help, error, children }: LineProps) {
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <label for={id}>{label}</label>
      {children}
      {help !== undefined && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <FieldError id={id} error={error} />
    </div>
  )
}

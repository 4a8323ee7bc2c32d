import {
  type BatchOffer,
  type BiHalf,
  type Category,
  CATEGORIES,
  CONNECTORS,
  type DeviceHalf,
  KINDS,
  type Kind,
  type Region,
  type SettingField,
  type WarehouseHalf,
} from '../../../integrations/index.ts'
import type { EventType } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, FieldGroup, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { TextField } from '../../../ui/form.tsx'
import type { Form } from '../../../ui/forms.ts'
import { pictureUrls } from '../../catalogue/index.ts'
import { EMPTY_REGION, type PortalRows, regionRowsOf } from '../input-of-form.ts'
import { EMPTY_ROW, rowOfField, settingRowsOf, withAct } from '../setting-rows.ts'
import { SendingCard, RegionsCard, RepliesCard } from './delivery.tsx'
import { DeviceCard } from './device.tsx'
import { Area } from './area.tsx'
import { CustomerPreview } from './preview.tsx'
import { SettingsEditor } from './settings-editor.tsx'
import { PresetsCard } from './presets.tsx'

/** An integration as the form shows it before anything is typed. */
export interface SavedIntegration {
  id?: string
  slug?: string
  name: string
  description: string
  categories: readonly Category[]
  site: string
  support: string
  docs: string
  logoAt?: number | null
  markAt?: number | null
  endpoint: string
  regions: readonly Region[]
  device?: DeviceHalf | undefined
  warehouse?: WarehouseHalf | undefined
  bi?: BiHalf | undefined
  fields: readonly SettingField[]
  supports: readonly EventType[]
  rate: number | null
  maxInFlight: number | null
  batch: BatchOffer | null
}

interface Props {
  action: string
  kind: Kind
  saved: SavedIntegration
  form: Form
  isNew?: boolean
}

const MOST_CATEGORIES = 3

/** Whether a button of the editor was pressed, and nothing is to be saved. */
export function isEditing(form: Form): boolean {
  return form.has('act')
}

/** The rows as they are typed, after what a button of the editor does to them; those that are saved as long as nobody has typed. */
export function editedIntegration(saved: SavedIntegration, form: Form): PortalRows {
  if (!form.sent) return { settings: saved.fields.map(rowOfField), regions: saved.regions }
  const keepEmpty = isEditing(form)
  const [what, act = ''] = form.get('act').split(':')
  return {
    settings: withAct(settingRowsOf(form, keepEmpty), what === 'setting' ? act : '', EMPTY_ROW),
    regions: withAct(regionRowsOf(form, keepEmpty), what === 'region' ? act : '', EMPTY_REGION),
  }
}

/** All of an integration, by its kind, with what customers will see of it below. */
export function IntegrationForm({ action, kind, saved, form, isNew }: Props) {
  const rows = editedIntegration(saved, form)
  const isSent = KINDS[kind].connectsAs === 'destination'
  const of = { kind, saved, form, rows }
  const general = form.problem()
  return (
    <>
      <form
        method="post"
        action={action}
        class="stack form"
        id="integration"
        novalidate
        hx-post={action}
        hx-trigger="change delay:200ms"
        hx-vals='{"act":"preview"}'
        hx-target="#preview"
        hx-select="#preview"
        hx-swap="outerHTML"
      >
        <button type="submit" class="unseen" tabindex={-1} aria-hidden="true">
          Save
        </button>
        {form.wrong && (
          <Notice tone="bad" title={general ?? 'Not saved: something below needs another look.'}>
            {general === undefined ? 'What is wrong stands beside each field.' : undefined}
          </Notice>
        )}
        <input type="hidden" name="kind" value={kind} />
        <AboutCard {...of} isNew={isNew === true} />
        {isSent && <SendingCard {...of} />}
        {isSent && <RegionsCard {...of} />}
        {KINDS[kind].device === 'required' && <DeviceCard {...of} />}
        {isSent && (
          <SettingsEditor rows={rows.settings} form={form} reachesDevices={KINDS[kind].device === 'required'} />
        )}
        {kind === 'warehouse' && <PresetsCard {...of} isNew={isNew === true} />}
        {kind === 'bi' && <StepsCard {...of} />}
        <PicturesCard {...of} />
        <Card title="Docs" lead="How it is set up, for customers: on its page in the catalogue and on its public page.">
          <Area
            name="docs"
            label="Markdown"
            rows={12}
            help="Headings, lists, tables, code, bold, and links to https addresses. HTML is shown as text."
            value={form.sent ? form.exact('docs') : saved.docs}
            form={form}
          />
        </Card>
        <div class="actions">
          <Button kind="main">{isNew ? 'Create' : 'Save'}</Button>
          <Button name="act" value="preview">
            Preview
          </Button>
          <Button kind="quiet" href="/integrations">
            Cancel
          </Button>
        </div>
      </form>
      <CustomerPreview {...of} />
      {isSent && <RepliesCard />}
    </>
  )
}

/** What each part of the form is given. */
export interface PartProps {
  kind: Kind
  saved: SavedIntegration
  form: Form
  rows: PortalRows
}

function AboutCard({ saved, form, isNew }: PartProps & { isNew: boolean }) {
  const chosen = form.sent ? form.all('categories') : saved.categories
  const options = [['', 'None'] as const, ...CATEGORIES.map((one) => [one, one] as const)]
  return (
    <Card title="What it is">
      <TextField
        name="name"
        label="Name"
        help="As it stands in an event’s integrations object, where case counts."
        autocomplete="off"
        value={saved.name}
        form={form}
      />
      {isNew ? (
        <TextField
          name="slug"
          label="Slug"
          help="Its name in addresses: letters, digits, - and _. It never changes, and looks like nobody else’s."
          autocomplete="off"
          value=""
          form={form}
          mono
        />
      ) : (
        <p class="help">
          Its slug is <code>{saved.slug}</code>, and stays.
        </p>
      )}
      <Area
        name="description"
        label="Description"
        rows={3}
        help="What it does for a customer, in 500 characters at most."
        value={form.value('description', saved.description)}
        form={form}
        optional
      />
      <FieldGroup
        id="categories"
        label="Categories"
        optional
        help="Where it is looked for, the most telling first."
        error={form.problem('categories')}
      >
        <div class="line-three">
          {Array.from({ length: MOST_CATEGORIES }, (_, at) => (
            <Select
              id={`categories-${at}`}
              name="categories"
              label={`Category ${at + 1}`}
              value={chosen[at] ?? ''}
              options={options}
            />
          ))}
        </div>
      </FieldGroup>
      <TextField
        name="site"
        label="Site"
        help="An https address."
        autocomplete="off"
        optional
        value={saved.site}
        form={form}
      />
      <TextField
        name="support"
        label="Who helps"
        help="An e-mail address that customers can write to."
        autocomplete="off"
        optional
        value={saved.support}
        form={form}
      />
    </Card>
  )
}

function PicturesCard({ saved, form }: PartProps) {
  const { id = '', logoAt, markAt } = saved
  const urls = pictureUrls({ id, ...(logoAt && { logoAt }), ...(markAt && { markAt }) })
  const lead =
    'An SVG, or a PNG in base64 or as a data address, 64 KB at most. What could run, load or lead away is taken out.'
  return (
    <Card title="Pictures" lead={lead}>
      {(['logo', 'mark'] as const).map((name) => (
        <>
          {urls[name] !== undefined && (
            <p>
              <img src={urls[name]} alt={`The ${name} that is shown now`} height="48" class="integration-logo" />
            </p>
          )}
          <Area
            name={name}
            label={name === 'logo' ? 'Logo' : 'Mark'}
            rows={3}
            help={name === 'logo' ? 'Across, for its own page.' : 'Square, for lists.'}
            value={form.get(name)}
            form={form}
            optional
            mono
          />
          {urls[name] !== undefined && (
            <label class="inline-check">
              <input type="checkbox" name={`remove.${name}`} value="on" checked={form.has(`remove.${name}`)} /> Remove
              the {name}
            </label>
          )}
        </>
      ))}
    </Card>
  )
}

function StepsCard({ saved, form }: PartProps) {
  const chosen: readonly string[] = form.sent ? form.all('bi.connectors') : (saved.bi?.connectors ?? [])
  return (
    <Card title="How it is connected">
      <FieldGroup id="bi.connectors" label="Reads warehouses of" error={form.problem('bi.connectors')}>
        {CONNECTORS.map((one) => (
          <Checkbox
            id={`bi.connectors-${one}`}
            name="bi.connectors"
            value={one}
            label={one}
            checked={chosen.includes(one)}
          />
        ))}
      </FieldGroup>
      <Area
        name="bi.steps"
        label="Steps in the tool"
        rows={6}
        help="One a line. {host}, {port}, {database}, {user} and {schema} are filled in."
        value={form.value('bi.steps', (saved.bi?.steps ?? []).join('\n'))}
        form={form}
      />
    </Card>
  )
}

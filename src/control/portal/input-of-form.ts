import { type ConnectorName, connectorFields, KINDS, type Kind, type WarehouseHalf } from '../../integrations/index.ts'
import { defaultOf, fieldOfRow, linesIn, numberOf, type SettingRow, type TypedForm } from './setting-rows.ts'

/** What of a form is read here. */
export interface PortalForm extends TypedForm {
  get(name: string): string
  all(name: string): readonly string[]
}

/** A region as it is typed. */
export interface RegionRow {
  id: string
  name: string
  endpoint: string
}

export const EMPTY_REGION: RegionRow = { id: '', name: '', endpoint: '' }

/** The rows of regions of a form; without `keepEmpty` those in which nothing stands are left out. */
export function regionRowsOf(form: PortalForm, keepEmpty: boolean): RegionRow[] {
  const rows: RegionRow[] = []
  for (let at = 0; form.has(`regions.${at}.id`); at++) {
    const text = (key: keyof RegionRow) => form.get(`regions.${at}.${key}`)
    const row = { id: text('id'), name: text('name'), endpoint: text('endpoint') }
    if (keepEmpty || Object.values(row).some((one) => one !== '')) rows.push(row)
  }
  return rows
}

/** What the editor has beside single inputs. */
export interface PortalRows {
  settings: readonly SettingRow[]
  regions: readonly RegionRow[]
}

/**
 * What was typed, as the API takes an integration of this kind. A logo or mark that is left empty stays as it is, unless its
 * removal is ticked.
 */
export function inputOfForm(form: PortalForm, kind: Kind, rows: PortalRows): Record<string, unknown> {
  const docs = form.exact('docs').replaceAll('\r\n', '\n')
  return {
    name: form.get('name'),
    description: form.get('description'),
    categories: [...new Set(form.all('categories').filter((one) => one !== ''))],
    site: form.get('site'),
    support: form.get('support'),
    docs,
    ...pictureOfForm(form, 'logo'),
    ...pictureOfForm(form, 'mark'),
    ...deliveryOfForm(form, kind, rows),
    ...halvesOfForm(form, kind),
  }
}

function pictureOfForm(form: PortalForm, name: 'logo' | 'mark'): Record<string, string> {
  if (form.has(`remove.${name}`)) return { [name]: '' }
  const text = form.get(name)
  return text === '' ? {} : { [name]: text }
}

/** What is about events that are sent one by one. */
function deliveryOfForm(form: PortalForm, kind: Kind, { settings, regions }: PortalRows) {
  if (KINDS[kind].connectsAs !== 'destination') return {}
  const endpoint = form.get('endpoint')
  const number = (name: string) => (form.get(name) === '' ? null : numberOf(form.get(name)))
  return {
    ...((endpoint !== '' || KINDS[kind].endpoint === 'required') && { endpoint }),
    regions,
    settings: settings.map(fieldOfRow),
    supportedMethods: form.all('supportedMethods'),
    rate: number('rate'),
    maxInFlight: number('maxInFlight'),
    batch: batchOfForm(form),
  }
}

/** `null`: nothing is typed. What is left empty is left to us. */
function batchOfForm(form: PortalForm): Record<string, unknown> | null {
  const typed = ['maxEvents', 'maxBytes', 'maxSeconds'].flatMap((name) => {
    const text = form.get(`batch.${name}`)
    return text === '' ? [] : [[name, numberOf(text)] as const]
  })
  return typed.length === 0 ? null : Object.fromEntries(typed)
}

function halvesOfForm(form: PortalForm, kind: Kind): Record<string, unknown> {
  if (kind === 'warehouse') return { warehouse: warehouseOfForm(form) }
  if (kind === 'bi') return { bi: { connectors: form.all('bi.connectors'), steps: linesIn(form.get('bi.steps')) } }
  return kind === 'packaged' ? { device: deviceOfForm(form) } : {}
}

function deviceOfForm(form: PortalForm) {
  const subscriptions = form.get('device.plugin.subscriptions')
  const plugin =
    form.get('device.plugin.type') === 'bundle'
      ? { type: 'bundle' }
      : {
          type: 'remote',
          url: form.get('device.plugin.url'),
          libraryName: form.get('device.plugin.libraryName'),
          ...(subscriptions !== '' && { subscriptions: jsonOr(subscriptions) }),
        }
  return { sdks: form.all('device.sdks'), plugin, defaultMode: form.get('device.defaultMode') || 'device' }
}

/** What is no JSON stays text, so that the refusal says what it should be. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function warehouseOfForm(form: PortalForm): Record<string, unknown> {
  const connector = form.get('warehouse.connector')
  const fields = connectorFields(connector as ConnectorName)
  const settings = fields.flatMap(({ name, type }) => {
    const text = (key: string) => form.get(`preset.${name}.${key}`)
    const said = {
      ...(text('label') !== '' && { label: text('label') }),
      ...(text('description') !== '' && { description: text('description') }),
      ...(text('default') !== '' && { default: defaultOf(type, text('default').replaceAll('\r\n', '\n')) }),
      ...(form.has(`preset.${name}.fixed`) && { fixed: true }),
      ...(text('hosts') !== '' && { hosts: linesIn(text('hosts')) }),
    }
    return Object.keys(said).length === 0 ? [] : [{ name, ...said }]
  })
  return { connector, settings, help: linesIn(form.get('warehouse.help')) } satisfies Record<
    keyof WarehouseHalf,
    unknown
  >
}

/** A problem of the API at the input of the form that it is about: of presets, which the API numbers, by their names. */
export function formFieldOf(field: string, input: Record<string, unknown>): string {
  const preset = /^warehouse\.settings\.(\d+)\.?(.*)$/.exec(field)
  if (!preset)
    return field.replace(
      /^(supportedMethods|categories|device\.sdks|bi\.connectors|bi\.steps|warehouse\.help)\.\d+$/,
      '$1',
    )
  const { settings = [] } = (input['warehouse'] ?? {}) as { settings?: { name: string }[] }
  return `preset.${settings[Number(preset[1])]?.name ?? ''}.${preset[2] || 'default'}`
}

import type { AllowLocal } from './address.ts'
import { type SettingField, validateSettings } from './fields.ts'

/** By what a warehouse is loaded. */
export const CONNECTORS = ['postgres', 'redshift', 'iceberg'] as const
export type ConnectorName = (typeof CONNECTORS)[number]

/** What an entry of the catalogue says of one setting of its connector, in the place of the connector's own words. */
export interface Preset {
  /** Of the connector's setting. */
  name: string
  label?: string | undefined
  description?: string | undefined
  default?: unknown
  /** The default is its value, whatever a customer says. */
  fixed?: boolean | undefined
  /** Of a host or an address: the hosts that it may be, as `db.example.com` or `*.example.com`. */
  hosts?: string[] | undefined
}

/** What an entry of kind `warehouse` is made of. */
export interface WarehouseHalf {
  /** Never changes. */
  connector: ConnectorName
  settings: Preset[]
  /** How a customer gets at what the form asks for, step by step. */
  help: string[]
}

/** The connector's settings as an entry has them, in the connector's order. */
export function withPresets(fields: readonly SettingField[], presets: readonly Preset[]): SettingField[] {
  const known = new Map(presets.map((preset) => [preset.name, preset]))
  return fields.map((field) => {
    const { name: _, ...own } = known.get(field.name) ?? {}
    return { ...field, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) }
  })
}

/** What cannot be said of a connector's settings, each with its place: `0.default`. */
export function presetProblems(
  fields: readonly SettingField[],
  presets: readonly Preset[],
  options: { allowLocal: AllowLocal },
): { place: string; message: string }[] {
  return presets.flatMap((preset, at) => {
    const { name, fixed, hosts } = preset
    const field = fields.find((one) => one.name === name)
    const problem = (place: string, message: string) => [{ place: `${at}${place}`, message }]
    if (!field)
      return problem(
        '.name',
        `The connector has no setting ${name}: it has ${fields.map((one) => one.name).join(', ')}.`,
      )
    if (field.format === 'hyperdrive') return problem('.name', 'Which Hyperdrives there are is the deployment’s own.')
    if (presets.findIndex((one) => one.name === name) < at) return problem('.name', 'It is there twice.')
    if (hosts && field.format !== 'host' && field.format !== 'url')
      return problem('.hosts', 'Only a host or an address has hosts.')
    if (preset.default === undefined)
      return fixed === true && field.default === undefined ? problem('.default', 'What is fixed needs a default.') : []
    if (field.type === 'secret') return problem('.default', 'A secret has no default: everybody could read it.')
    const [whole] = withPresets([field], [preset])
    const checked = validateSettings(whole ? [whole] : [], { [name]: preset.default }, options)
    return checked.ok ? [] : problem('.default', checked.issues[0]?.message ?? '')
  })
}

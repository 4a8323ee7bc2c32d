import { API_KEY, type SettingField } from '../../integrations/index.ts'
import { isObject } from '../../event/index.ts'
import type { VersionBody } from './versions.ts'

/** What of two versions is not the same. */
export interface Difference {
  /** As the API and manifests name it; of a setting or region by its name: `settings.site.label`. */
  field: string
  /** `undefined`: it is not there. */
  before: unknown
  after: unknown
  /** Only people read it: it decides nothing. */
  words: boolean
}

/** What only people read. */
const WORDS = [
  /^(?:name|description|categories|site|support|docs|logo|mark)$/,
  /^settings(?:\.[^.]+\.(?:label|description))?$/,
  /^regions(?:\.[^.]+\.name)?$/,
  /^warehouse\.(?:help|settings\.[^.]+\.(?:label|description))$/,
  /^bi\.steps$/,
]

/** Field by field, in the order of a manifest. */
export function differencesOf(before: VersionBody, after: VersionBody): Difference[] {
  const [was, is] = [leavesOf(before), leavesOf(after)]
  const fields = [...new Set([...was.keys(), ...is.keys()])]
  return fields.flatMap((field) => {
    const [one, other] = [was.get(field), is.get(field)]
    if (JSON.stringify(one) === JSON.stringify(other) || isOtherSet(one, other, field)) return []
    return [{ field, before: one, after: other, words: WORDS.some((pattern) => pattern.test(field)) }]
  })
}

/** Whether nothing is another but what people read. */
export function isWordsOnly(differences: readonly Difference[]): boolean {
  return differences.every(({ words }) => words)
}

/** Lists of names tell an order: of others than before it is said of each that it came or went. */
function isOtherSet(one: unknown, other: unknown, field: string): boolean {
  if (!['settings', 'regions', 'warehouse.settings'].includes(field)) return false
  const names = (list: unknown) => (Array.isArray(list) ? list.map(String).toSorted().join() : '')
  return names(one) !== names(other)
}

function leavesOf({ content, docs, pictures }: VersionBody): Map<string, unknown> {
  const { fields, regions, supports, warehouse, bi, device, ...facts } = content
  const leaves = new Map<string, unknown>()
  put(leaves, '', { ...facts })
  put(leaves, '', { docs: docs || undefined })
  for (const [name, { body, type }] of Object.entries(pictures)) if (type !== '') leaves.set(name, body)
  leaves.set('supportedMethods', supports)
  putNamed(
    leaves,
    'regions',
    (regions ?? []).map(({ id, ...rest }) => ({ name: id, facts: { ...rest } })),
  )
  const own = fields.filter(({ name }) => name !== API_KEY.name)
  putNamed(leaves, 'settings', own.map(namedField))
  put(leaves, 'device', device)
  if (warehouse) {
    const { settings, ...rest } = warehouse
    put(leaves, 'warehouse', rest)
    putNamed(
      leaves,
      'warehouse.settings',
      settings.map(({ name, ...said }) => ({ name, facts: { ...said } })),
    )
  }
  put(leaves, 'bi', bi)
  return leaves
}

function namedField({ name, ...facts }: SettingField) {
  return { name, facts: { ...facts } }
}

/** Each by its name, and their order. */
function putNamed(
  leaves: Map<string, unknown>,
  path: string,
  all: readonly { name: string; facts: Record<string, unknown> }[],
): void {
  if (all.length > 1)
    leaves.set(
      path,
      all.map(({ name }) => name),
    )
  for (const { name, facts } of all) put(leaves, `${path}.${name}`, facts)
}

/** What is nothing, and what is empty, is not there. */
function put(leaves: Map<string, unknown>, path: string, value: unknown): void {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return
  if (!isObject(value) || path.endsWith('.default')) {
    leaves.set(path, value)
    return
  }
  for (const [name, one] of Object.entries(value)) put(leaves, path === '' ? name : `${path}.${name}`, one)
}

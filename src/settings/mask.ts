import { type SettingField, isSecret, MASK, type SettingsValues } from '../integrations/index.ts'
import { isObject } from '../event/index.ts'
import type { Destination } from './types.ts'

/**
 * A destination's settings as they may be shown: of a secret its last four characters at most. Of an address, whose path
 * is often the only key of what is behind it, the same beyond its host, unless `addresses` may be seen whole.
 */
export function maskSecrets(
  { integration, settings, encrypted }: Masked,
  { addresses }: { addresses: boolean },
): SettingsValues {
  const secret = new Set([...encrypted, ...integration.fields.filter(isSecret).map(({ name }) => name)])
  return mapValues(settings, (value, name) =>
    secret.has(name) ? mask(value) : addresses ? value : maskAddresses(value),
  )
}

/** A secret that stays as it is: in settings that are given, in the place of its value. */
export const KEEP = Symbol('keep')

/** What has settings by the fields of an integration, or of whatever else has fields. */
type Masked = Pick<Destination, 'settings' | 'encrypted'> & { integration: { fields: readonly SettingField[] } }

/** A destination whose secrets cannot be seen: `KEEP` stands for each, of a map beside its name. */
export function withoutSecrets<D extends Masked>(destination: D): D {
  const { integration, settings, encrypted } = destination
  const secret = new Set([...encrypted, ...integration.fields.filter(isSecret).map(({ name }) => name)])
  const hide = (value: unknown): unknown => (isObject(value) ? mapValues(value, hide) : KEEP)
  return { ...destination, settings: mapValues(settings, (value, name) => (secret.has(name) ? hide(value) : value)) }
}

/** Settings as an API caller sends them: what is still as it was shown is kept. */
export function keepMasked(settings: unknown): unknown {
  if (typeof settings === 'string') return settings.startsWith(MASK) ? KEEP : settings
  return isObject(settings) ? mapValues(settings, keepMasked) : settings
}

/** Settings that are given, with what is kept of those in `before`; an address that is still as it was shown is kept too. */
export function withKept(settings: SettingsValues, before: SettingsValues): SettingsValues {
  const kept = mapValues(settings, (value, name) => {
    const known = Object.hasOwn(before, name) ? before[name] : undefined
    if (value === KEEP) return known
    if (Array.isArray(value)) return value.map((one, index) => addressMeant(one, known, index))
    if (!isObject(value)) return addressMeant(value, [known], 0)
    const inside = isObject(known) ? known : {}
    return withoutAbsent(
      mapValues(value, (one, key) => (one === KEEP ? (Object.hasOwn(inside, key) ? inside[key] : undefined) : one)),
    )
  })
  return withoutAbsent(kept)
}

/** Fields of secrets that `given` does not say itself, so that they stay as they are; of headers also their names. */
export function keptSecrets(
  fields: readonly SettingField[],
  { after, given }: { after: SettingsValues; given: SettingsValues },
): { field: SettingField; names: string[] }[] {
  return fields.filter(isSecret).flatMap((field) => {
    const value = Object.hasOwn(after, field.name) ? after[field.name] : undefined
    const said = Object.hasOwn(given, field.name) ? given[field.name] : undefined
    if (value === undefined) return []
    if (!isObject(value)) return said === undefined || said === KEEP ? [{ field, names: [field.label] }] : []
    const names = Object.keys(value).filter((name) => !isObject(said) || said[name] === KEEP)
    return names.length === 0 ? [] : [{ field, names }]
  })
}

/** Every address in a value, masked beyond its host. */
export function maskAddresses(value: unknown): unknown {
  if (typeof value === 'string') return /^https?:/i.test(value) ? maskAddress(value) : value
  if (Array.isArray(value)) return value.map(maskAddresses)
  return isObject(value) ? mapValues(value, maskAddresses) : value
}

/** `https://hooks.example.com/••••••••4f1c`: what follows the host, as a secret is shown. */
export function maskAddress(url: string): string {
  if (!URL.canParse(url)) return MASK
  if (url.includes(MASK)) return url
  const { origin, href } = new URL(url)
  const rest = href.startsWith(`${origin}/`) ? href.slice(origin.length + 1) : href
  return rest === '' ? url : `${origin}/${maskText(rest)}`
}

/** Shorter ends of addresses are in many a text that has nothing to do with them. */
const TELLING_CHARS = 8

/** A text of the receiver's at `url`, which may repeat what it was asked: what follows the host may be a key, and is hidden. */
export function hideAddress(text: string, url: string): string {
  if (maskAddress(url) === url) return text
  const { pathname, search } = new URL(url)
  const ends = [url, pathname + search, pathname].filter((end) => end.length > TELLING_CHARS)
  return ends.reduce((hidden, end) => hidden.replaceAll(end, '(hidden)'), text)
}

/** The address that a masked one was made of: the one in its place, or the only one that looks so. */
function addressMeant(value: unknown, known: unknown, index: number): unknown {
  if (typeof value !== 'string' || !value.includes(MASK) || !Array.isArray(known)) return value
  const alike = known.filter((one): one is string => typeof one === 'string' && maskAddress(one) === value)
  return alike.find((one) => one === known[index]) ?? (alike.length === 1 ? alike[0] : value)
}

function mask(value: unknown): unknown {
  return isObject(value) ? mapValues(value, mask) : maskText(String(value))
}

function maskText(text: string): string {
  return text.length >= 16 ? MASK + text.slice(-4) : MASK
}

function mapValues(values: SettingsValues, change: (value: unknown, name: string) => unknown): SettingsValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

function withoutAbsent(values: SettingsValues): SettingsValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

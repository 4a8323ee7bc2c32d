import { isSecret, type SettingsValues } from '../integrations/index.ts'
import type { Destination } from '../settings/index.ts'
import { isObject } from '../spec/index.ts'

const MASK = '••••••••'

/** A destination's settings as they may be shown: of a secret its last four characters at most. */
export function maskSecrets({ integration, settings, encrypted }: Destination): SettingsValues {
  const secret = new Set([...encrypted, ...integration.fields.filter(isSecret).map(({ name }) => name)])
  return mapValues(settings, (value, name) => (secret.has(name) ? mask(value) : value))
}

/** Settings as they come back: a secret that is still as it was shown means the one in `before`, if there is one. */
export function unmaskSecrets(settings: SettingsValues, before: SettingsValues): SettingsValues {
  const unmasked = mapValues(settings, (value, name) => {
    const known = before[name]
    if (isMasked(value)) return known
    if (!isObject(value)) return value
    const inside = isObject(known) ? known : {}
    return withoutAbsent(mapValues(value, (one, key) => (isMasked(one) ? inside[key] : one)))
  })
  return withoutAbsent(unmasked)
}

function mask(value: unknown): unknown {
  if (isObject(value)) return mapValues(value, mask)
  const text = String(value)
  return text.length >= 16 ? MASK + text.slice(-4) : MASK
}

function isMasked(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(MASK)
}

function mapValues(values: SettingsValues, change: (value: unknown, name: string) => unknown): SettingsValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

function withoutAbsent(values: SettingsValues): SettingsValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

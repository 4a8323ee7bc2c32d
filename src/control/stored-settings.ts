import {
  type AllowLocal,
  type SettingField,
  type Integration,
  isPublic,
  isSecret,
  type SettingsValues,
  validateSettings,
} from '../integrations/index.ts'
import { type Problem, problem, Refusal } from '../refusal.ts'
import { type Database, type Destination, type DestinationRow, keptSecrets, withKept } from '../settings/index.ts'

/** A destination or warehouse, as far as it is settings of an integration: secrets in clear. */
export type Configured = Pick<Destination, 'id' | 'settings' | 'encrypted' | 'onDevice'> & {
  integration: Pick<Integration, 'fields'>
}

/** What is wrong with settings that are given to an integration, or to what is configured with it in the place of what is there. */
export function settingProblems(
  to: Pick<Configured, 'integration'> | Configured,
  given: SettingsValues,
  options: { allowLocal: AllowLocal },
): Problem[] {
  const whole = 'settings' in to ? merge(to, given) : withKept(given, {})
  const valid = validateSettings(to.integration.fields, whole, options)
  return valid.ok ? [] : valid.issues.map(problemOf)
}

/** Settings that did not pass, each with its field. */
function unfit(issues: readonly { field: string; message: string }[]): Refusal {
  return new Refusal(400, ...issues.map(problemOf))
}

function problemOf({ field, message }: { field: string; message: string }): Problem {
  return problem(message, field ? `settings.${field}` : 'settings')
}

/** Validated, and put apart by who may read them. Secrets that are `known` stay as they are sealed: nothing has changed. */
export async function seal(
  db: Database,
  { id, integration: { fields } }: Pick<Configured, 'id' | 'integration'>,
  input: SettingsValues,
  {
    known,
    ...options
  }: { allowLocal: AllowLocal; known?: Pick<DestinationRow['destination'], 'secrets' | 'secretsKeyId'> },
) {
  const valid = validateSettings(fields, input, options)
  if (!valid.ok) throw unfit(valid.issues)
  const part = (place: Place) => {
    const names = new Set(fields.filter((field) => placeOf(field) === place).map(({ name }) => name))
    return Object.fromEntries(Object.entries(valid.settings).filter(([name]) => names.has(name)))
  }
  const apart = { settings: part('server'), deviceSettings: part('device') }
  const secrets = part('secret')
  if (Object.keys(secrets).length === 0) return { ...apart, secrets: null, secretsKeyId: null }
  const { keyId, sealed } = await db.secrets().reseal(secrets, id, known)
  return { ...apart, secrets: sealed, secretsKeyId: keyId }
}

/** Where a setting is kept. */
type Place = 'secret' | 'server' | 'device'

function placeOf(field: SettingField): Place {
  return isSecret(field) ? 'secret' : isPublic(field) ? 'device' : 'server'
}

/**
 * Settings without those that were given as secrets to a field that is none any more. A secret is never shown, whatever
 * its integration becomes: kept in the clear it would be.
 */
export function withoutFormerSecrets({
  settings,
  encrypted,
  integration,
}: Pick<Configured, 'settings' | 'encrypted' | 'integration'>): SettingsValues {
  const secret = new Set(integration.fields.filter(isSecret).map(({ name }) => name))
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !encrypted.includes(name) || secret.has(name)))
}

/**
 * What is left of a setting that the integration no longer has must not stand in the way of a change. And what was given
 * to the server alone, or as a secret, does not go to devices, or into the clear, because its field has changed since: it
 * has to be given anew. What is fixed is as the entry has it now.
 */
export function merge(before: Configured, changes: SettingsValues): SettingsValues {
  const kept = withoutFormerSecrets(before)
  const known = Object.entries(kept).filter(([name]) => {
    const field = before.integration.fields.find((one) => one.name === name)
    return field && !field.fixed && (placeOf(field) !== 'device' || before.onDevice.includes(name))
  })
  const fixed = before.integration.fields
    .filter((field) => field.fixed)
    .map(({ name, default: value }) => [name, value])
  const merged = { ...Object.fromEntries([...fixed, ...known]), ...withKept(changes, kept) }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}

/**
 * A kept secret goes only where it was given for: who may change a destination or warehouse cannot have it sent to a
 * receiver of theirs. So an address of another origin (host, port or scheme), or another host, wants those that are sent to it given anew. A `whsec_`
 * key is not sent and cannot be guessed from what it signs; a shared secret can be a word, so its signature is no place
 * to hide it. `elsewhere` are places that are no setting and have changed too. Throws with each such setting and its field.
 */
export function refuseMove(
  before: Configured,
  after: SettingsValues,
  given: SettingsValues,
  elsewhere: readonly string[] = [],
): void {
  const { fields } = before.integration
  const known = originsOf(fields, before.settings)
  const fresh = [...originsOf(fields, after).filter((origin) => !known.includes(origin)), ...elsewhere]
  if (fresh.length === 0) return
  const sent = fields.filter(({ format }) => format !== 'whsec')
  const issues = keptSecrets(sent, { after, given }).map(({ field, names }) => ({
    field: field.name,
    message: `${fresh.join(' and ')} is another place than what is kept was given for: give ${names.join(', ')} anew, or remove it.`,
  }))
  if (issues.length > 0) throw unfit(issues)
}

function originsOf(fields: readonly SettingField[], settings: SettingsValues): string[] {
  const addresses = fields.filter(({ format }) => format === 'url').flatMap(({ name }) => settings[name] ?? [])
  const hosts = fields.filter(({ format }) => format === 'host').flatMap(({ name }) => settings[name] ?? [])
  // What is no text passes no validation either.
  const urls = addresses.filter((url) => typeof url === 'string')
  const origins = urls.map((url) => (URL.canParse(url) ? new URL(url).origin : url))
  return [...new Set([...origins, ...hosts.filter((host) => typeof host === 'string')])]
}

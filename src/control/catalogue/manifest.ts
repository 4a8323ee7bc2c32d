import * as v from 'valibot'
import type { CertifiedEndpoint } from '../../certify/index.ts'
import {
  API_KEY,
  type AllowLocal,
  connectorFields,
  isSecret,
  KINDS,
  presetProblems,
  refuseAddress,
  type SettingField,
  validateSettings,
} from '../../integrations/index.ts'
import { done, type Problem, problem, type Result, wrong } from '../../refusal.ts'
import { check } from '../checked.ts'
import { settings } from '../input.ts'
import { newIntegration } from './input.ts'
import type { OwnIntegration } from './queries.ts'

/** Milliseconds that an answer may take, as for every integration. */
const TIMEOUT_MS = 10_000

/** An integration as a file in its maker's own repository: what the API takes, and how it is certified. */
export const manifest = v.strictObject({
  manifestVersion: v.literal(1, 'Must be 1.'),
  ...newIntegration.entries,
  certification: v.optional(
    v.strictObject({
      /** Of the customer whose key certification is given. */
      settings: v.optional(settings, {}),
      readBack: v.optional(
        v.pipe(
          v.string('Must be text.'),
          v.check((url) => url.includes('{messageId}'), 'Must have {messageId} where the id of the event goes.'),
        ),
      ),
    }),
    {},
  ),
})

/**
 * An integration of one's own as a manifest: read again it is the same integration. What it has not stands in it as nothing, or
 * not at all; pictures are as they are served.
 */
export function manifestOf({
  row,
  docs,
  pictures,
}: Pick<OwnIntegration, 'row' | 'docs' | 'pictures'>): Record<string, unknown> {
  const { name, slug, kind, description, site, support, supports, rate, maxInFlight, batch } = row
  const { categories, endpoint, regions, device, warehouse, bi } = row
  const settings = row.fields.filter((field) => field.name !== API_KEY.name)
  const { connectsAs } = KINDS[kind]
  return {
    manifestVersion: 1,
    slug,
    kind,
    name,
    description,
    ...(categories && categories.length > 0 && { categories }),
    ...(site !== '' && { site }),
    ...(support !== '' && { support }),
    ...(endpoint !== null && { endpoint }),
    ...(regions && { regions }),
    ...(connectsAs === 'destination' && { settings, supportedMethods: supports, rate, maxInFlight }),
    ...(batch && { batch }),
    ...(device && { device }),
    ...(warehouse && { warehouse }),
    ...(bi && { bi }),
    ...(docs !== '' && { docs }),
    ...(pictures.logo.type !== '' && { logo: pictures.logo.body }),
    ...(pictures.mark.type !== '' && { mark: pictures.mark.body }),
  }
}

/**
 * What is to be certified, from the text of a manifest and a customer's key. The key is none of the manifest: that lies in a
 * repository. `endpoint` goes over the one of the manifest. Problems name their fields.
 */
export function subjectOf(
  text: string,
  { apiKey, endpoint: other, allowLocal }: { apiKey: string; endpoint?: string | undefined; allowLocal: AllowLocal },
): Result<CertifiedEndpoint> {
  const parsed = parse(text)
  if (parsed === undefined) return wrong('The manifest is not JSON.')
  const read = check(manifest, parsed)
  if (!read.ok) return read
  const { kind, warehouse, name, supportedMethods: supports, rate, batch, settings: fields, certification } = read.value
  if (warehouse) {
    const found = presetProblems(connectorFields(warehouse.connector), warehouse.settings, { allowLocal })
    if (found.length > 0)
      return { ok: false, problems: found.map(({ place, message }) => problem(message, `warehouse.settings.${place}`)) }
  }
  if (KINDS[kind].connectsAs !== 'destination')
    return wrong(
      'The manifest is in order, and there is no endpoint to certify: no event is sent to it by itself.',
      'kind',
    )
  const endpoint = other ?? read.value.endpoint
  if (endpoint === undefined) return wrong('Without an endpoint there is nothing to certify.', 'endpoint')
  const valid = settingsOf(fields, { ...certification.settings, apiKey }, allowLocal)
  if (!valid.ok) return valid
  const readBack = certification.readBack
  const unread = readBack && refuseAddress(readBack.replaceAll('{messageId}', 'x'), allowLocal)
  if (unread) return wrong(`The address ${unread}.`, 'certification.readBack')
  return done({
    name,
    endpoint,
    supports,
    rate,
    ...(batch && { batch }),
    timeoutMs: TIMEOUT_MS,
    settings: valid.value,
    secret: fields.filter(isSecret).map((field) => field.name),
    readBack,
  })
}

function settingsOf(
  fields: readonly SettingField[],
  given: Record<string, unknown>,
  allowLocal: AllowLocal,
): Result<Record<string, unknown>> {
  const read = validateSettings([API_KEY, ...fields], given, { allowLocal })
  if (read.ok) return done(read.settings)
  const place = (field: string) =>
    field === 'apiKey' ? field : ['certification.settings', field].filter(Boolean).join('.')
  return { ok: false, problems: read.issues.map(({ field, message }): Problem => problem(message, place(field))) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a destination can be: the catalogue's own entries, their settings, and the requests they make. */
import { BI_TOOLS } from './bi-tools.ts'
import { browserTools } from './browser-tools.ts'
import { iceberg } from './iceberg.ts'
import type { SettingField } from './fields.ts'
import type { Integration } from './integration.ts'
import type { ConnectorName } from './presets.ts'
import { postgres } from './postgres.ts'
import { redshift } from './redshift.ts'
import { webhooks } from './webhook.ts'

/** Integrations that need no entry in the database. */
export const BUILT_IN: readonly Integration[] = [webhooks, ...browserTools]

/** Warehouses of the catalogue: each names the connector that loads it. */
export const WAREHOUSES: readonly Integration[] = [postgres, redshift, iceberg]

/** All entries of the catalogue that need no entry in the database. */
export const OWN_ENTRIES: readonly Integration[] = [...BUILT_IN, ...WAREHOUSES, ...BI_TOOLS]

/** What a connector asks for. */
export function connectorFields(name: ConnectorName): readonly SettingField[] {
  return WAREHOUSES.find(({ id }) => id === name)?.fields ?? []
}

export { type AllowLocal, refuseAddress } from './address.ts'
export { API_KEY } from './direct.ts'
export { BATCH_LIMITS, type BatchOffer, type BatchTerms, batchTermsOf } from './batch.ts'
export { CATEGORIES, type Category, CATEGORY_OF_KIND } from './categories.ts'
export { endpointIn, type Region } from './regions.ts'
export { cloudChannels, MODES, modesOf, SDKS } from './device.ts'
export type { DeviceHalf, Mode, RemotePlugin, Sdk } from './device.ts'
export {
  FIELD_TYPES,
  isPublic,
  isSecret,
  isSigningSecret,
  lackingSettings,
  MASK,
  refuseOtherHost,
  SCOPES,
  validateSettings,
} from './fields.ts'
export type { SettingField, FieldReach, FieldType, SettingsValues } from './fields.ts'
export { fits, whereRuns } from './fit.ts'
export { InvalidSettings, titleOf } from './integration.ts'
export type { Integration, Kind, Target } from './integration.ts'
export { type CarrierName, carriersOf, KINDS } from './kinds.ts'
export { BI_VALUES, type BiHalf, type BiValue, piecesOf, strangeValue } from './bi.ts'
export { BI_TOOLS } from './bi-tools.ts'
export { type ConnectorName, CONNECTORS, presetProblems, type WarehouseHalf, withPresets } from './presets.ts'
export { SEGMENT_IDS } from './segment-ids.ts'
export { standardSignature } from './signature.ts'
export { type Taken, takenBy } from './takes.ts'
export {
  INTEGRATION_STATES,
  type IntegrationState,
  isLive,
  hasBadge,
  isOpenTo,
  type Measure,
  MEASURES,
  type Relation,
  RELATIONS,
  statesOpenTo,
} from './states.ts'
export { isPulled, SOURCE_KINDS, type SourceKind, sourceKindName } from './source-kinds.ts'

import {
  type BatchOffer,
  type BiHalf,
  type DeviceHalf,
  type Kind,
  KINDS,
  type Region,
  type SettingField,
  type WarehouseHalf,
} from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'

interface Halves {
  kind: Kind
  endpoint?: string | null | undefined
  regions?: readonly Region[] | null | undefined
  device?: DeviceHalf | null | undefined
  warehouse?: WarehouseHalf | null | undefined
  bi?: BiHalf | null | undefined
  fields: readonly SettingField[]
  rate: number | null
  maxInFlight?: number | null | undefined
  batch?: BatchOffer | null | undefined
}

/** What each kind needs, and what it cannot have. */
export function checkHalves(one: Halves) {
  const needs = KINDS[one.kind]
  if (one.regions && one.regions.length > 0 && !one.endpoint)
    throw refusal(400, 'Regions are places besides its endpoint, which it needs.', 'regions')
  if (needs.warehouse === 'none' && one.warehouse)
    throw refusal(400, 'Only an integration of kind warehouse has a connector.', 'warehouse')
  if (needs.warehouse === 'required' && !one.warehouse)
    throw refusal(400, 'A warehouse says by which connector it is loaded.', 'warehouse')
  if (needs.bi === 'none' && one.bi) throw refusal(400, 'Only an integration of kind bi has steps.', 'bi')
  if (needs.bi === 'required' && !one.bi) throw refusal(400, 'A tool says how it is connected.', 'bi')
  if (needs.connectsAs === 'destination') checkDestination(one)
  else refuseDelivery(one)
}

/** What of an integration is about events that are sent one by one. */
function refuseDelivery({ kind, endpoint, device, fields, rate, maxInFlight, batch }: Halves) {
  const refused = (field: string) =>
    refusal(400, `To ${kind === 'bi' ? 'a tool' : 'a warehouse'} no event is sent by itself.`, field)
  if (endpoint) throw refused('endpoint')
  if (device) throw refused('device')
  if (rate !== null) throw refused('rate')
  if (typeof maxInFlight === 'number') throw refused('maxInFlight')
  if (batch) throw refused('batch')
  if (fields.length === 0) return
  if (kind === 'bi') throw refusal(400, 'Nobody is asked for settings of a tool.', 'settings')
  throw refusal(
    400,
    'Its settings are those of its connector: warehouse.settings has what you say of them.',
    'settings',
  )
}

function checkDestination(one: Halves) {
  const { endpoint, device } = KINDS[one.kind]
  if (endpoint === 'required' && !one.endpoint) {
    throw refusal(400, `A ${one.kind} integration has an endpoint.`, 'endpoint')
  }
  if (device === 'none') {
    if (one.device) throw refusal(400, 'Only packaged integrations have a half on devices.', 'device')
    return
  }
  if (!one.device) throw refusal(400, `A ${one.kind} integration says what runs on the device.`, 'device')
  if (one.device.plugin.type === 'remote' && !one.device.sdks.includes('browser')) {
    throw refusal(400, 'Only the browser SDK loads remote plugins.', 'device')
  }
  if (one.device.defaultMode === 'cloud' && !one.endpoint) {
    throw refusal(400, 'Cloud mode needs an endpoint.', 'device')
  }
}

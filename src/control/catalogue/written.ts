import type { EventType } from '../../event/index.ts'
import {
  API_KEY,
  type BatchOffer,
  type BiHalf,
  type Category,
  type DeviceHalf,
  type Kind,
  type Region,
  type SettingField,
  type WarehouseHalf,
} from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import type { IntegrationRow } from '../../settings/index.ts'
import type { PictureType } from '../picture.ts'
import { checkHalves } from './halves.ts'

export interface IntegrationInput {
  kind: Exclude<Kind, 'webhook'>
  name: string
  slug: string
  description: string
  categories?: Category[] | null | undefined
  site?: string | undefined
  support?: string | undefined
  /** Every direct integration has one; a packaged one when events can also go to it from the cloud. */
  endpoint?: string | undefined
  /** Where else it listens; none: nowhere. */
  regions?: Region[] | undefined
  /** `packaged` only. */
  device?: DeviceHalf | undefined
  /** `warehouse` only; its connector stays. */
  warehouse?: WarehouseHalf | undefined
  /** `bi` only. */
  bi?: BiHalf | undefined
  /** Beside the API key, which everything with an endpoint has. */
  fields: SettingField[]
  supports: EventType[]
  rate: number | null
  maxInFlight?: number | null | undefined
  batch?: BatchOffer | null | undefined
}

/** What its own page shows beside its row: each as it is to be, absent: as it is. A picture's type is empty when there is none. */
export interface PageInput {
  docs?: string | undefined
  logo?: { body: string; type: PictureType } | undefined
  mark?: { body: string; type: PictureType } | undefined
}

/** Slug and kind stay. */
export type IntegrationChanges = {
  [K in Exclude<keyof IntegrationInput, 'slug' | 'kind'>]?:
    | IntegrationInput[K]
    /** Only these can be taken away. */
    | (K extends 'endpoint' | 'device' ? null : never)
    | undefined
}

/**
 * The content of an integration after changes, as its row has it. Fields and halves are looked at together. Throws 400 where they
 * do not go together, 409 where its connector would be another.
 */
export function contentAfter(before: IntegrationRow, { regions, ...changes }: IntegrationChanges): IntegrationRow {
  const after = { ...before, ...withoutAbsent(changes), ...(regions && { regions: orNull(regions) }) }
  checkHalves(after)
  if (after.warehouse?.connector !== before.warehouse?.connector)
    throw refusal(409, 'Its connector stays: warehouses are loaded by it.', 'warehouse.connector')
  const fields = after.fields.filter(({ name }) => name !== API_KEY.name)
  return { ...after, fields: withApiKey(fields, after.endpoint) }
}

export function withApiKey(fields: SettingField[], endpoint: string | null | undefined): SettingField[] {
  return endpoint ? [API_KEY, ...fields] : fields
}

export const orNull = (regions: Region[] | undefined) => (regions && regions.length > 0 ? regions : null)

export function withoutAbsent<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

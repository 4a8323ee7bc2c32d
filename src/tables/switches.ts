import { isObject, type SpecEvent } from '../event/index.ts'

/**
 * Whether an event is to be loaded into a warehouse, by its own `integrations`: `{"Warehouses": {"all": false}}` is into
 * none, `{"Warehouses": {"warehouseIds": ["w1"]}}` only into that one. `All` is about destinations and not about
 * warehouses, as with Segment.
 */
export function isForWarehouse({ integrations }: SpecEvent, warehouseId: string): boolean {
  const choice = isObject(integrations) ? integrations.Warehouses : undefined
  if (!isObject(choice)) return choice !== false
  if (Array.isArray(choice.warehouseIds)) return choice.warehouseIds.includes(warehouseId)
  return choice.all !== false
}

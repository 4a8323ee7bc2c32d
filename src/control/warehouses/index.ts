export { type OrderedRemoval, publishWarehouse, removeObjectTables } from './commands.ts'
export { connectorsOf } from './connectors.ts'
export { presentWarehouse, presentWarehouseEntry } from './present.ts'
export {
  findWarehouseName,
  listWarehouses,
  loadWarehouseTerms,
  searchWarehouses,
  warehousesOfSource,
} from './queries.ts'
export { warehouses } from './schema.ts'

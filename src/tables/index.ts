/** What becomes of an event in a warehouse: names, columns, types and rows. Pure: no bindings, no I/O. */
export type {
  Additions,
  Catalogue,
  CellText,
  TableColumn,
  ColumnType,
  Limits,
  SyncNotice,
  NoticeCode,
  TableRows,
} from './protocol.ts'
export { COLUMN_TYPES } from './protocol.ts'
export { FIXED_TABLES, FOLDED_FROM, KEPT_COLUMNS, LOADED_AT } from './fixed.ts'
export { keyText, sha256Text } from './keys.ts'
export { type Loose, type LooseRow, looseRows, type TableSelection } from './loose.ts'
export { Names, schemaName } from './names.ts'
export { SAMPLE_CHARACTERS, foldNotices, type Remark } from './notices.ts'
export { type CollectedObject, collectedObject, objectRows } from './objects.ts'
export { type LoadFacts, type LoadPlan, planLoad } from './plan.ts'
export { RESERVED_NAMES } from './reserved.ts'
export { isForWarehouse } from './switches.ts'

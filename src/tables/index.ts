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

interface RowCase {
  setup?: string[]
  query: string
  written: number
  read?: number | undefined
}

/**
 * Statements and the rows that Cloudflare bills for them, read from `rowsWritten` of workerd's SQLite. The bench counts
 * by the same rules in Node; one test on either side holds both to this list.
 */
export const ROW_CASES: readonly RowCase[] = [
  {
    setup: ['CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT NOT NULL)'],
    query: "INSERT INTO plain (id, body) VALUES (1, 'a')",
    written: 1,
  },
  { query: "INSERT OR REPLACE INTO plain (id, body) VALUES (1, 'b')", written: 1 },
  { query: "INSERT OR REPLACE INTO plain (id, body) VALUES (2, 'c')", written: 1 },
  { query: "UPDATE plain SET body = 'd' WHERE id = 1", written: 1 },
  { query: "UPDATE plain SET body = 'd' WHERE id = 9", written: 0 },
  { query: "UPDATE plain SET id = 3, body = 'd' WHERE id = 2", written: 1 },
  { query: "UPDATE plain SET id = 2, body = 'c' WHERE id = 3", written: 1 },
  { query: 'SELECT body FROM plain WHERE id = 1', written: 0, read: 1 },
  { query: 'SELECT body FROM plain ORDER BY id', written: 0, read: 2 },
  { query: 'DELETE FROM plain WHERE id = 1', written: 1 },
  { query: 'DELETE FROM plain WHERE id = 1', written: 0 },
  {
    setup: ['CREATE TABLE named (id TEXT PRIMARY KEY, body TEXT NOT NULL)'],
    query: "INSERT INTO named (id, body) VALUES ('a', 'a')",
    written: 2,
  },
  {
    setup: ['CREATE TABLE listed (id INTEGER PRIMARY KEY, body TEXT NOT NULL)', 'CREATE INDEX at ON listed (body)'],
    query: "INSERT INTO listed (id, body) VALUES (1, 'a')",
    written: 2,
  },
  {
    setup: ['CREATE TABLE rowless (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID'],
    query: "INSERT INTO rowless (id, body) VALUES ('a', 'a')",
    written: 1,
  },
  {
    setup: ['CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)'],
    query: "INSERT INTO counted (body) VALUES ('a')",
    written: 2,
  },
]

/** What a run over the list has to bring. */
export const ROWS_EXPECTED = ROW_CASES.map(({ query, written, read }) => rowsOf({ query, read }, { written, read }))

/** Rows read are compared only where the list names them. */
export function rowsOf(
  { query, read }: Pick<RowCase, 'query' | 'read'>,
  is: { written: number; read?: number | undefined },
) {
  return { query, written: is.written, ...(read !== undefined && { read: is.read }) }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { icebergManifests, icebergRead } from 'icebird'
import type { CatalogueStandIn } from './catalogue.ts'

export type Row = Record<string, unknown>

/** Where icebird thinks that `s3://bucket/…` is. */
const AMAZON = /^https:\/\/([^./]+)\.s3\.amazonaws\.com\/(.*)$/

/** Lets icebird, which takes the global `fetch`, read the stand-in's files while something is done. */
async function withFiles<Result>(lake: CatalogueStandIn, does: () => Promise<Result>): Promise<Result> {
  const before = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const [, bucket, key] = AMAZON.exec(input instanceof Request ? input.url : String(input)) ?? []
    const file = lake.bucket.files.get(`s3://${bucket}/${key}`)
    if (file === undefined) return Promise.resolve(new Response(null, { status: 404 }))
    const headers = { 'Content-Length': String(file.length) }
    if (init?.method === 'HEAD') return Promise.resolve(new Response(null, { headers }))
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init?.headers).get('range') ?? '') ?? []
    if (from === undefined) return Promise.resolve(new Response(file, { headers }))
    const end = to === '' || to === undefined ? file.length : Number(to) + 1
    return Promise.resolve(new Response(file.slice(Number(from), end), { status: 206 }))
  }
  try {
    return await does()
  } finally {
    globalThis.fetch = before
  }
}

/** A table's rows as icebird, another implementation of Iceberg, reads them. */
export async function readTable(lake: CatalogueStandIn, namespace: string, table: string): Promise<Row[]> {
  const metadata = lake.metadata(namespace, table)
  if (metadata['current-snapshot-id'] === -1) return []
  const rows = await withFiles(lake, () => icebergRead({ tableUrl: metadata.location, metadata: metadata as never }))
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_sluice_'))))
}

/** Paths of the data files that a table has now, as icebird finds them. */
export async function dataFiles(lake: CatalogueStandIn, namespace: string, table: string): Promise<string[]> {
  const metadata = lake.metadata(namespace, table)
  if (metadata['current-snapshot-id'] === -1) return []
  const manifests = await withFiles(lake, () => icebergManifests(metadata as never))
  return manifests.flatMap(({ entries }) =>
    entries.filter(({ status }) => status !== 2).map(({ data_file: file }) => file.file_path),
  )
}

/** DuckDB with a view a table over the data files that the lake has now. */
export async function duck(
  lake: CatalogueStandIn,
  namespace: string,
): Promise<{ query: (sql: string) => Promise<Row[]>; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'lake-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'; CREATE SCHEMA "${namespace}"; SET schema = '${namespace}'`)
  for (const table of lake.tables(namespace)) {
    const paths = await dataFiles(lake, namespace, table)
    const names = paths.map((path, at) => {
      const name = join(folder, `${table}-${at}.parquet`)
      writeFileSync(name, lake.bucket.files.get(path) ?? '')
      return `'${name}'`
    })
    if (names.length === 0) continue
    const columns = lake
      .metadata(namespace, table)
      .schemas.find((schema) => schema['schema-id'] === lake.metadata(namespace, table)['current-schema-id'])
    const types: Record<string, string> = { string: 'VARCHAR', long: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' }
    // Columns that no file has are there for whoever reads the table, and are NULL.
    const empty = (columns?.fields ?? []).map(
      ({ name, type }) => `CAST(NULL AS ${types[type as string] ?? 'TIMESTAMPTZ'}) AS "${name}"`,
    )
    await connection.run(
      `CREATE TABLE "${table}" AS SELECT * FROM (SELECT ${empty.join(', ')} WHERE false)
       UNION ALL BY NAME SELECT * FROM read_parquet([${names.join(', ')}], union_by_name = true)`,
    )
  }
  return {
    query: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
      rmSync(folder, { recursive: true })
    },
  }
}

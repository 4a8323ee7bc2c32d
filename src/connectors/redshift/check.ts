import { randomId } from '../../context.ts'
import { type Check, WarehouseError } from '../connector.ts'
import { stageBucket } from './bucket.ts'
import { dataApi } from './data-api.ts'
import { gzipped } from './gzip.ts'
import { bucketRegionOf, type RedshiftSettings, settingsProblem } from './settings.ts'
import type { AwsDeps } from './signed.ts'
import { copyFiles, quotedName, quotedTable } from './sql.ts'
import { RedshiftError, statementError } from './words.ts'

/** A workgroup that sleeps takes a while to wake up. */
const MOST_MS = 90_000

/**
 * What a load needs, looked at one after another up to the first that fails: that of each step that worked is true, not
 * likely, since it did what a load does. Nothing is left behind.
 */
export async function checkRedshift(settings: RedshiftSettings, deps: AwsDeps): Promise<Check[]> {
  const checks: Check[] = []
  const problem = settingsProblem(settings)
  if (problem) return [{ code: 'settings', ok: false, words: problem }]
  const api = dataApi(settings, deps)
  const bucket = stageBucket(settings, deps)
  const id = `check-${randomId(deps.ctx, '', 16)}`
  let files: { manifestUrl: string } | undefined
  let user = ''

  async function transaction(statements: readonly string[]): Promise<void> {
    const ran = await api.run(statements, MOST_MS)
    if (!ran.ok) throw statementError(ran.error, settings)
  }

  const steps: [code: string, words: () => string, look: () => Promise<void>][] = [
    [
      'bucket',
      () => `A file was written to the bucket “${settings.bucket}” in ${bucketRegionOf(settings)}.`,
      async () => void (files = await bucket.put(id, await gzipped(['{"k":1,"c0":"check"}\n']))),
    ],
    [
      'database',
      () => `The database “${settings.database}” answers; the user is ${user}.`,
      async () => {
        const rows = await api.query('select current_user', MOST_MS)
        user = rows[0]?.[0] ?? ''
      },
    ],
    ['create', () => 'Schemas, tables and procedures can be made.', () => transaction(makeAll(id))],
    [
      'role',
      () => `Redshift reads the bucket by the role ${settings.iamRole}.`,
      () => transaction(copyOne(id, files?.manifestUrl ?? '', settings)),
    ],
    [
      'remove',
      () => 'Files of loads can be removed and listed.',
      async () => {
        await bucket.remove(id)
        await bucket.sweep(0)
      },
    ],
  ]
  for (const [code, words, look] of steps) {
    try {
      await look()
      checks.push({ code, ok: true, words: words() })
    } catch (error) {
      checks.push(failed(code, error, user))
      if (files && code !== 'remove') await bucket.remove(id).catch(() => undefined)
      break
    }
  }
  return checks
}

function failed(code: string, error: unknown, user: string): Check {
  const words = error instanceof WarehouseError ? error.message : `It cannot be told: ${String(error)}`
  const { sql, policy } = error instanceof RedshiftError ? error : {}
  return {
    code,
    ok: false,
    words,
    ...(sql !== undefined && { sql: user === '' ? sql : sql.replaceAll('<user>', user) }),
    ...(policy !== undefined && { policy }),
  }
}

const schemaOf = (id: string) => `_sluice_${id.replaceAll('-', '_')}`

function makeAll(id: string): string[] {
  const schema = schemaOf(id)
  const procedure = `${quotedTable(schema, 'look')}()`
  return [
    `create schema if not exists ${quotedName(schema)}`,
    `create table ${quotedTable(schema, 'stage')} ("k" integer, "c0" character varying(512)) distkey ("c0")`,
    `create or replace procedure ${procedure} as $$ begin insert into ${quotedTable(schema, 'stage')} ("k", "c0") values (1, 'look'); end; $$ language plpgsql`,
    `call ${procedure}`,
    `drop procedure ${procedure}`,
    `drop table ${quotedTable(schema, 'stage')}`,
    `drop schema ${quotedName(schema)}`,
  ]
}

function copyOne(id: string, manifestUrl: string, settings: RedshiftSettings): string[] {
  const schema = schemaOf(id)
  return [
    `create schema if not exists ${quotedName(schema)}`,
    `create table ${quotedTable(schema, 'stage')} ("k" integer, "c0" character varying(512)) distkey ("c0")`,
    copyFiles(schema, 'stage', { manifestUrl, iamRole: settings.iamRole, region: bucketRegionOf(settings) }),
    `drop table ${quotedTable(schema, 'stage')}`,
    `drop schema ${quotedName(schema)}`,
  ]
}

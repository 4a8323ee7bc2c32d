import { randomId } from '../../context.ts'
import { WarehouseError } from '../connector.ts'
import { dataApiUrl, type RedshiftSettings } from './settings.ts'
import { type AwsDeps, sendSigned } from './signed.ts'
import { apiError, statementError } from './words.ts'

/** Statements of a batch, and bytes of one of them (UTF-8). */
export const MOST_STATEMENTS = 40
export const MOST_STATEMENT_BYTES = 100_000

const TIMEOUT_MS = 30_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
/** How long a statement that was cancelled may take to say how it ended. */
const CANCEL_MS = 15_000

/** How statements ended. `part`: place of the one that failed, of a batch; `null`: not known. */
export type Ran =
  | { ok: true; id: string; affected: (number | null)[] }
  | { ok: false; error: string; part: number | null; cancelled: boolean }

export interface DataApi {
  /**
   * One statement, or several in one transaction; waits for their end, `mostMs` at most, and cancels them then.
   * `WarehouseError`: it is not known how they ended, or they were not taken at all.
   */
  run(sqls: readonly string[], mostMs: number, parameters?: Record<string, string>): Promise<Ran>
  /** Rows of a statement that ended well; of a batch `<id>:<place from 1>`. */
  rows(id: string): Promise<(string | null)[][]>
  /** Runs one statement and gives its rows; throws what it says when it fails. */
  query(sql: string, mostMs: number): Promise<(string | null)[][]>
}

interface Described {
  Status?: string
  Error?: string
  ResultRows?: number
  SubStatements?: { Status?: string; Error?: string; ResultRows?: number }[]
}

/** The Data API of a warehouse. It has no connection: what was submitted runs on, whatever becomes of us. */
export function dataApi(settings: RedshiftSettings, deps: AwsDeps): DataApi {
  const { ctx } = deps

  async function call<Answer>(operation: string, body: object): Promise<Answer> {
    const answer = await sendSigned(
      {
        service: 'redshift-data',
        region: settings.region,
        method: 'POST',
        url: dataApiUrl(settings),
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `RedshiftData.${operation}` },
        body: JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
      },
      settings,
      deps,
    )
    const parsed = parse(answer.text)
    if (answer.status !== 200 || !parsed) throw apiError(answer.status, parsed, operation, settings)
    return parsed as Answer
  }

  async function submit(sqls: readonly string[], parameters?: Record<string, string>): Promise<string> {
    const { database, workgroup, cluster, dbUser, secretArn } = settings
    const { Id } = await call<{ Id?: string }>(sqls.length === 1 ? 'ExecuteStatement' : 'BatchExecuteStatement', {
      Database: database,
      WorkgroupName: workgroup,
      ClusterIdentifier: cluster,
      DbUser: dbUser,
      SecretArn: secretArn,
      // Of this submission: when its answer is lost, the same statements asked for again are those that run already.
      ClientToken: randomId(ctx, 'sluice-', 32),
      ...(sqls.length === 1 ? { Sql: sqls[0] } : { Sqls: sqls }),
      ...(parameters && { Parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) }),
    })
    if (Id === undefined) throw new WarehouseError('answer', 'The Data API answered without an id.', true)
    return Id
  }

  /** Its last description, or `undefined` when it has not ended by then. */
  async function wait(id: string, until: number): Promise<Described | undefined> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      await ctx.sleep(pause)
      const described = await call<Described>('DescribeStatement', { Id: id })
      if (['FINISHED', 'FAILED', 'ABORTED'].includes(described.Status ?? '')) return described
      if (ctx.now() + pause > until) return undefined
    }
  }

  const api: DataApi = {
    async run(sqls, mostMs, parameters) {
      const id = await submit(sqls, parameters)
      let described = await wait(id, ctx.now() + mostMs)
      if (!described) {
        await call('CancelStatement', { Id: id }).catch(() => undefined)
        described = await wait(id, ctx.now() + CANCEL_MS)
      }
      if (!described) {
        throw new WarehouseError(
          'slow',
          'Redshift has not ended what it was asked to do, nor what it was told to stop.',
          true,
        )
      }
      return ended(id, described, sqls.length)
    },

    async rows(id) {
      const rows: (string | null)[][] = []
      for (let token: string | undefined; ;) {
        const page = await call<{ Records?: Record<string, unknown>[][]; NextToken?: string }>('GetStatementResult', {
          Id: id,
          NextToken: token,
        })
        for (const record of page.Records ?? []) rows.push(record.map(text))
        token = page.NextToken
        if (token === undefined) return rows
      }
    },

    async query(sql, mostMs) {
      const ran = await api.run([sql], mostMs)
      if (!ran.ok) throw statementError(ran.error, settings)
      return api.rows(ran.id)
    },
  }
  return api
}

function ended(id: string, { Status, Error, ResultRows, SubStatements = [] }: Described, statements: number): Ran {
  if (Status !== 'FINISHED') {
    const failed = SubStatements.findIndex(({ Status }) => Status === 'FAILED')
    return {
      ok: false,
      error: Error ?? SubStatements[failed]?.Error ?? `The statement ended as ${Status}.`,
      part: failed < 0 ? null : failed,
      cancelled: Status === 'ABORTED',
    }
  }
  const affected = statements === 1 ? [ResultRows] : SubStatements.map(({ ResultRows }) => ResultRows)
  return { ok: true, id, affected: affected.map((rows) => (rows === undefined || rows < 0 ? null : rows)) }
}

/** A field of a record, one of `{stringValue}`, `{longValue}`, `{doubleValue}`, `{booleanValue}`, `{isNull}`. */
function text(field: Record<string, unknown>): string | null {
  if (field.isNull === true) return null
  const [value] = Object.values(field)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

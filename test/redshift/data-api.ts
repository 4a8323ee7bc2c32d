import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Given } from './engine.ts'

type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

interface Running {
  id: string
  sqls: string[]
  isBatch: boolean
  parameters: Map<string, string>
  status: Status
  /** Of each statement. */
  parts: { status: Status; given?: Given; error?: string }[]
  error?: string
  cancelled: boolean
  ended: Promise<void>
}

/** Points of a statement's life at which a test may hold it, or have it fail by throwing. */
export type Point = 'picked' | 'started' | `part ${number}` | 'commit' | 'committed'

/** The identity of a warehouse, as requests have to name it. */
export interface WarehouseIdentity {
  database: string
  workgroup?: string
  cluster?: string
  dbUser?: string
}

const MOST_STATEMENTS = 40
const MOST_BYTES = 100_000
/** Rows of a page of a result. */
const PAGE = 50

/** The Data API: statements run by themselves, whoever asks for them afterwards. */
export class DataApiStandIn {
  readonly #engine: Engine
  readonly #identity: WarehouseIdentity
  readonly #statements = new Map<string, Running>()
  readonly #tokens = new Map<string, { id: string; body: string }>()
  /** Told of each point; may wait, or throw what Redshift is to say. */
  at: (point: Point, sqls: readonly string[]) => Promise<void> | void = () => undefined
  /** Everything that was ever submitted. */
  readonly submitted: string[][] = []

  constructor(engine: Engine, identity: WarehouseIdentity) {
    this.#engine = engine
    this.#identity = identity
  }

  /** Waits for all that runs. */
  async settled(): Promise<void> {
    await Promise.all([...this.#statements.values()].map(({ ended }) => ended))
  }

  answer(operation: string, body: Record<string, unknown>): Response {
    switch (operation) {
      case 'ExecuteStatement':
      case 'BatchExecuteStatement':
        return this.#submit(operation, body)
      case 'DescribeStatement':
        return this.#describe(String(body.Id))
      case 'GetStatementResult':
        return this.#result(String(body.Id), body.NextToken === undefined ? 0 : Number(body.NextToken))
      case 'CancelStatement':
        return this.#cancel(String(body.Id))
      default:
        return problem('UnknownOperationException', operation)
    }
  }

  #submit(operation: string, body: Record<string, unknown>): Response {
    const { ClientToken, Parameters, Sql, Sqls } = body as {
      ClientToken?: string
      Parameters?: { name: string; value: string }[]
      Sql?: string
      Sqls?: string[]
    }
    const isBatch = operation === 'BatchExecuteStatement'
    const known = new Set([
      'Database',
      'WorkgroupName',
      'ClusterIdentifier',
      'DbUser',
      'SecretArn',
      'ClientToken',
      isBatch ? 'Sqls' : 'Sql',
      ...(isBatch ? [] : ['Parameters']),
    ])
    const unknown = Object.keys(body).find((field) => !known.has(field))
    if (unknown) return invalid(`${unknown} is not a field of ${operation}`)
    const { workgroup, cluster, database, dbUser } = this.#identity
    if (body.WorkgroupName !== workgroup || body.ClusterIdentifier !== cluster) {
      return invalid("Redshift endpoint doesn't exist in this region.")
    }
    if (body.DbUser !== dbUser) return invalid('DbUser is not the user of the cluster')
    const sqls = isBatch ? (Sqls ?? []) : [Sql ?? '']
    if (sqls.length < 1 || sqls.length > MOST_STATEMENTS) {
      return invalid(`Member must have length less than or equal to ${MOST_STATEMENTS}`)
    }
    if (sqls.some((sql) => sql === '' || Buffer.byteLength(sql) > MOST_BYTES)) {
      return invalid('Cannot exceed query size limit of 100KB')
    }
    if (ClientToken === undefined || !/^[\x21-\x7e]{1,64}$/.test(ClientToken)) return invalid('ClientToken')
    if (Parameters?.some(({ name, value }) => !/^\w+$/.test(name) || typeof value !== 'string' || value === '')) {
      return invalid('Parameters')
    }
    // The same token is the same statement: it is not run once more.
    const before = this.#tokens.get(ClientToken)
    const text = JSON.stringify(body)
    if (before)
      return before.body === text ? this.#taken(before.id) : invalid('The token was used with other parameters')
    const id = randomUUID()
    this.#tokens.set(ClientToken, { id, body: text })
    this.submitted.push(sqls)
    const running: Running = {
      id,
      sqls,
      isBatch,
      parameters: new Map(Parameters?.map(({ name, value }) => [name, value])),
      status: 'SUBMITTED',
      parts: sqls.map(() => ({ status: 'SUBMITTED' })),
      cancelled: false,
      ended: Promise.resolve(),
    }
    this.#statements.set(id, running)
    const isThere = body.Database === database
    running.ended = this.#live(
      running,
      isThere ? undefined : `FATAL: database "${String(body.Database)}" does not exist`,
    )
    return this.#taken(id)
  }

  #taken(id: string): Response {
    return json({ Id: id, Database: this.#identity.database, CreatedAt: 1_772_000_000.5 })
  }

  async #live(running: Running, refused: string | undefined): Promise<void> {
    const { sqls, parts } = running
    const reach = async (point: Point) => {
      await this.at(point, sqls)
      if (running.cancelled) throw new Cancelled('ERROR: Query cancelled on user request')
    }
    try {
      await sleep(1)
      running.status = 'PICKED'
      await reach('picked')
      running.status = 'STARTED'
      await reach('started')
      if (refused !== undefined) throw new Error(refused)
      const given = await this.#engine.transaction(sqls, running.parameters, async (part) => {
        const before = parts[part - 1]
        if (before) before.status = 'FINISHED'
        const now = parts[part]
        if (now) now.status = 'STARTED'
        await reach(part === sqls.length ? 'commit' : `part ${part}`)
      })
      for (const [part, one] of given.entries()) parts[part] = { status: 'FINISHED', given: one }
      // What happens now changes nothing any more.
      await Promise.resolve(this.at('committed', sqls)).catch(() => undefined)
      running.status = 'FINISHED'
    } catch (error) {
      running.status = running.cancelled ? 'ABORTED' : 'FAILED'
      running.error = (error as Error).message
      for (const part of parts) {
        if (part.status === 'STARTED') Object.assign(part, { status: running.status, error: running.error })
        else if (part.status === 'SUBMITTED') part.status = 'ABORTED'
      }
    }
  }

  #describe(id: string): Response {
    const running = this.#statements.get(id)
    if (!running) return problem('ResourceNotFoundException', 'Query does not exist.')
    const { status, error, parts, isBatch } = running
    const rows = parts[0]?.given?.affected ?? -1
    return json({
      Id: id,
      Status: status,
      ...(error !== undefined && { Error: error }),
      Duration: 1_000_000,
      HasResultSet: parts.some(({ given }) => given?.rows),
      ...(isBatch
        ? {
            SubStatements: parts.map(({ status, error, given }, nth) => ({
              Id: `${id}:${nth + 1}`,
              Status: status,
              ...(error !== undefined && { Error: error }),
              ResultRows: given?.affected ?? -1,
            })),
          }
        : { ResultRows: rows }),
    })
  }

  #result(id: string, from: number): Response {
    const [whole = '', part = '1'] = id.split(':')
    const rows = this.#statements.get(whole)?.parts[Number(part) - 1]?.given?.rows
    if (!rows) return problem('ResourceNotFoundException', 'Query does not have result.')
    const page = rows.slice(from, from + PAGE)
    return json({
      Records: page.map((row) =>
        row.map((value) => {
          if (value === null) return { isNull: true }
          return /^-?\d{1,15}$/.test(value) ? { longValue: Number(value) } : { stringValue: value }
        }),
      ),
      TotalNumRows: rows.length,
      ...(from + PAGE < rows.length && { NextToken: String(from + PAGE) }),
    })
  }

  #cancel(id: string): Response {
    const running = this.#statements.get(id)
    if (!running) return problem('ResourceNotFoundException', 'Query does not exist.')
    if (['FINISHED', 'FAILED', 'ABORTED'].includes(running.status))
      return invalid('Could not cancel a query that is already in FINISHED state')
    running.cancelled = true
    return json({ Status: true })
  }
}

class Cancelled extends Error {}

const json = (body: object) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/x-amz-json-1.1' } })
const invalid = (message: string) => problem('ValidationException', message)

export function problem(type: string, message: string, status = 400): Response {
  return new Response(JSON.stringify({ __type: type, message }), { status })
}

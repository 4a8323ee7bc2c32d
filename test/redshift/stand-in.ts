import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { type Connector, redshiftConnector, type RedshiftSettings } from '../../src/connectors/index.ts'
import type { AnyRequest, Context } from '../../src/context.ts'
import { Buckets, failure } from './bucket.ts'
import { DataApiStandIn, problem, type WarehouseIdentity } from './data-api.ts'
import { Engine, type EngineSettings } from './engine.ts'
import { type RawRequest, refuseSignature } from './sigv4.ts'

/** So much faster than outside goes the time within. */
const HASTE = 50
const BEGAN = Date.UTC(2026, 2, 1, 12)

export const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
export const SETTINGS: RedshiftSettings = {
  ...KEYS,
  region: 'eu-west-1',
  database: 'analytics',
  workgroup: 'shop',
  bucket: 'shop-loads',
  prefix: 'sluice/a=1',
  iamRole: 'arn:aws:iam::123456789012:role/reads',
}

/** What becomes of a request: lost before it was heard, its answer lost, or an answer of the service's own trouble. */
export type Fate = 'lost' | 'unheard' | 'trouble' | undefined

/** An S3 and a Redshift with its Data API, in this process. */
export class RedshiftStandIn {
  readonly buckets: Buckets
  readonly engine: Engine
  readonly api: DataApiStandIn
  /** Decides on each request of any client: `PUT`, `LIST`, `BatchExecuteStatement`, … */
  fate: (operation: string) => Fate = () => undefined
  /** IAM: operations that the access key may not do. */
  readonly denied = new Set<string>()
  readonly requests: string[] = []
  readonly #keys = KEYS

  constructor(database: pg.PoolConfig, identity: WarehouseIdentity = SETTINGS, engine: Partial<EngineSettings> = {}) {
    this.buckets = new Buckets(() => this.now())
    this.buckets.make('shop-loads', 'eu-west-1')
    this.engine = new Engine(database, this.buckets, engine)
    const { workgroup, cluster, dbUser } = identity
    this.api = new DataApiStandIn(this.engine, {
      database: identity.database,
      ...(workgroup !== undefined && { workgroup }),
      ...(cluster !== undefined && { cluster }),
      ...(dbUser !== undefined && { dbUser }),
    })
  }

  #skipped = 0

  now(): number {
    return BEGAN + this.#skipped + Math.floor(performance.now() * HASTE)
  }

  /** So many milliseconds pass at once. */
  skip(ms: number): void {
    this.#skipped += ms
  }

  readonly #held: (() => void)[] = []

  /** A gate that stays closed until it is opened, or all is calm. */
  hold(): { gate: Promise<void>; open: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held.push(resolve)
    return { gate: promise, open: resolve }
  }

  /** Nothing goes wrong any more, nothing is held. */
  calm(): void {
    for (const open of this.#held.splice(0)) open()
    this.fate = () => undefined
    this.api.at = () => undefined
    this.denied.clear()
    this.buckets.denied.clear()
    this.engine.settings.forbidden.clear()
  }

  async end(): Promise<void> {
    this.calm()
    await this.api.settled()
    await this.engine.end()
  }

  /** A process of the platform that loads into it. */
  client(): Client {
    return new Client(this)
  }

  async answer(request: AnyRequest): Promise<Response> {
    const { host, pathname, search } = new URL(request.url)
    const raw: RawRequest = {
      method: request.method,
      target: `${pathname}${search}`,
      headers: [['host', host], ...Object.entries(request.headers)],
      body: typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array()),
    }
    const target = request.headers['x-amz-target']?.replace('RedshiftData.', '')
    const operation = target ?? (pathname === '/' ? 'LIST' : request.method)
    this.requests.push(operation)
    const fate = this.fate(operation)
    if (fate === 'unheard') throw new TypeError('Network connection lost.')
    if (fate === 'trouble') {
      return target === undefined
        ? failure(503, 'SlowDown', 'Please reduce your request rate.')
        : problem('InternalServerException', 'Internal failure', 500)
    }
    const answer =
      target === undefined ? this.buckets.answer(request, raw, this.#keys) : this.#dataApi(host, target, raw)
    if (fate === 'lost') throw new TypeError('Network connection lost.')
    await sleep(0)
    return answer
  }

  #dataApi(host: string, operation: string, raw: RawRequest): Response {
    const region = /^redshift-data\.([a-z0-9-]+)\.amazonaws\.com$/.exec(host)?.[1] ?? ''
    const refused = refuseSignature(raw, { credentials: this.#keys, region, service: 'redshift-data', now: this.now() })
    if (refused) {
      const names: Record<string, string> = {
        InvalidClientTokenId: 'UnrecognizedClientException',
        SignatureDoesNotMatch: 'InvalidSignatureException',
        RequestTimeTooSkewed: 'InvalidSignatureException',
      }
      return problem(names[refused.code] ?? refused.code, refused.message)
    }
    if (this.denied.has(operation)) {
      return problem(
        'AccessDeniedException',
        `User: arn:aws:iam::123456789012:user/sluice is not authorized to perform: redshift-data:${operation}`,
      )
    }
    return this.api.answer(operation, JSON.parse(Buffer.from(raw.body).toString()) as Record<string, unknown>)
  }
}

/** A process that loads: it can die between any two steps, and does nothing any more then. */
export class Client {
  readonly ctx: Context
  readonly connector: Connector<RedshiftSettings>
  #stepsLeft = Infinity

  constructor(world: RedshiftStandIn) {
    this.ctx = {
      now: () => world.now(),
      random: () => Math.random(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      sleep: async (ms) => {
        this.#step()
        await sleep(ms / HASTE)
      },
      fetch: async (request) => {
        this.#step()
        const answer = await world.answer(request)
        this.#step()
        return answer
      },
      log: () => undefined,
    }
    this.connector = redshiftConnector(this.ctx, false)
  }

  /** Dies after so many steps more. */
  dieAfter(steps: number): void {
    this.#stepsLeft = steps
  }

  #step(): void {
    if (this.#stepsLeft-- <= 0) throw new Error('the process has died')
  }
}

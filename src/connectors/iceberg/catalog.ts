import type { AnyRequest, Context } from '../../context.ts'
import { WarehouseError } from '../connector.ts'
import { assertAddress, callAgain, callOnce, type HttpAnswer } from './calls.ts'
import { parseLongs, writeLongs } from './json.ts'
import type { TableChange, TableMetadata } from './metadata.ts'
import type { GuardedSettings } from './settings.ts'
import type { Vended } from './storage.ts'

/** A table as the catalogue has it at this moment. */
export interface LoadedTable {
  namespace: string
  name: string
  metadata: TableMetadata
  vended: Vended
}

/**
 * What became of a commit. `conflict`: somebody was first, nothing has changed. `unknown`: nobody can say whether it took
 * effect, now or later.
 */
export type Committed = 'done' | 'conflict' | 'unknown'

/** Where the calls that change several tables at once are, among the endpoints that a catalogue says it has. */
const TRANSACTIONS = 'POST /v1/{prefix}/transactions/commit'

/** An Iceberg REST catalogue. Every failure is a `WarehouseError`. */
export class Catalog {
  /** Whether several tables can be changed by one commit. */
  transactional = true
  readonly #ctx: Context
  readonly #settings: GuardedSettings
  #base: string

  private constructor(ctx: Context, settings: GuardedSettings) {
    this.#ctx = ctx
    this.#settings = settings
    this.#base = `${settings.uri.replace(/\/+$/, '')}/v1`
  }

  /** Asks the catalogue how it wants to be spoken to. */
  static async open(ctx: Context, settings: GuardedSettings): Promise<Catalog> {
    assertAddress('uri', 'The address of the catalogue', settings.uri, settings.allowLocal)
    const catalog = new Catalog(ctx, settings)
    const answer = await catalog.#call('GET', `/config?warehouse=${encodeURIComponent(settings.warehouse)}`)
    if (answer.status === 404 || answer.status === 400) {
      throw new WarehouseError(
        'warehouse',
        `The catalogue knows no warehouse “${settings.warehouse}”${said(answer)}`,
        false,
      )
    }
    const config = catalog.#read(answer) as {
      defaults?: Record<string, string>
      overrides?: Record<string, string>
      endpoints?: string[]
    }
    const prefix = config.overrides?.['prefix'] ?? config.defaults?.['prefix']
    if (prefix !== undefined && prefix !== '') catalog.#base += `/${prefix}`
    catalog.transactional = config.endpoints?.includes(TRANSACTIONS) ?? true
    return catalog
  }

  /** Makes a namespace that may be there already. */
  async createNamespace(namespace: string): Promise<void> {
    const answer = await this.#call('POST', '/namespaces', { namespace: [namespace], properties: {} })
    if (answer.status !== 409) this.#read(answer)
  }

  /** Names of a namespace's tables; `null`: there is no such namespace. */
  async tables(namespace: string): Promise<string[] | null> {
    const names: string[] = []
    for (let page: string | null | undefined = ''; page !== undefined && page !== null;) {
      const query: string = page === '' ? '' : `?pageToken=${encodeURIComponent(page)}`
      const answer: HttpAnswer = await this.#call('GET', `/namespaces/${encodeURIComponent(namespace)}/tables${query}`)
      if (answer.status === 404) return null
      const found = this.#read(answer) as {
        identifiers: { name: string }[]
        'next-page-token'?: string | null
      }
      names.push(...found.identifiers.map(({ name }) => name))
      page = found['next-page-token'] === '' ? null : found['next-page-token']
    }
    return names
  }

  /** A table as it is now; `null`: there is none of this name. */
  async load(namespace: string, name: string): Promise<LoadedTable | null> {
    const answer = await this.#call('GET', this.#path(namespace, name))
    return answer.status === 404 ? null : this.#loaded(namespace, name, answer)
  }

  /** Makes a table that may be there already, and answers with it as it is then. */
  async create(namespace: string, name: string, body: Record<string, unknown>): Promise<LoadedTable> {
    const answer = await this.#call('POST', `/namespaces/${encodeURIComponent(namespace)}/tables`, { name, ...body })
    if (answer.status !== 409) return this.#loaded(namespace, name, answer)
    const there = await this.load(namespace, name)
    if (there === null) throw new WarehouseError('conflict', `The table ${name} is there and is not there.`, true)
    return there
  }

  /** With its files, where the catalogue removes those. */
  async dropTable(namespace: string, name: string): Promise<void> {
    const answer = await this.#call('DELETE', `${this.#path(namespace, name)}?purgeRequested=true`)
    if (answer.status !== 404) this.#read(answer)
  }

  async dropNamespace(namespace: string): Promise<void> {
    const answer = await this.#call('DELETE', `/namespaces/${encodeURIComponent(namespace)}`)
    if (answer.status !== 404) this.#read(answer)
  }

  /** Changes one table, if it is as its requirements say. */
  async commit({ namespace, table, requirements, updates }: TableChange): Promise<Committed> {
    const body = { identifier: { namespace: [namespace], name: table }, requirements, updates }
    return this.#committed(await this.#once(this.#path(namespace, table), body))
  }

  /**
   * Changes several tables at once, if each is as its requirements say. `unsupported`: the catalogue does not do that after
   * all, and nothing has changed.
   */
  async commitTogether(changes: readonly TableChange[]): Promise<Committed | 'unsupported'> {
    const answer = await this.#once('/transactions/commit', {
      'table-changes': changes.map(({ namespace, table, requirements, updates }) => ({
        identifier: { namespace: [namespace], name: table },
        requirements,
        updates,
      })),
    })
    const isMissing = answer !== null && [404, 405, 406, 501].includes(answer.status)
    if (isMissing && !/NoSuch|does not exist/i.test(text(answer))) {
      this.transactional = false
      return 'unsupported'
    }
    return this.#committed(answer)
  }

  #committed(answer: HttpAnswer | null): Committed {
    if (answer === null || answer.status >= 500) return 'unknown'
    if (answer.status === 409 || answer.status === 429) return 'conflict'
    if (answer.status === 404) {
      throw new WarehouseError('table_gone', `A table of the lake is not there any more${said(answer)}`, true)
    }
    this.#read(answer)
    return 'done'
  }

  #loaded(namespace: string, name: string, answer: HttpAnswer): LoadedTable {
    const found = this.#read(answer) as {
      metadata: TableMetadata
      config?: Record<string, string>
      'storage-credentials'?: Vended['credentials']
    }
    const version = found.metadata['format-version']
    if (version !== 2) {
      throw new WarehouseError(
        'format',
        `The table ${name} is of Iceberg’s format ${version}; only 2 is written.`,
        false,
      )
    }
    const vended = { config: found.config ?? {}, credentials: found['storage-credentials'] ?? [] }
    return { namespace, name, metadata: found.metadata, vended }
  }

  #path(namespace: string, name: string): string {
    return `/namespaces/${encodeURIComponent(namespace)}/tables/${encodeURIComponent(name)}`
  }

  #call(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return callAgain(this.#ctx, 'The catalogue', () => Promise.resolve(this.#request(method, path, body)))
  }

  /** What must not be repeated before it is known what became of it. */
  #once(path: string, body: unknown): Promise<HttpAnswer | null> {
    return callOnce(this.#ctx, this.#request('POST', path, body))
  }

  #request(method: string, path: string, body?: unknown): AnyRequest {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${this.#settings.token}`,
      Accept: 'application/json',
    }
    if (this.#settings.accessKeyId === undefined) headers['X-Iceberg-Access-Delegation'] = 'vended-credentials'
    const request: AnyRequest = { method, url: `${this.#base}${path}`, headers }
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json'
      request.body = writeLongs(body)
    }
    return request
  }

  #read(answer: HttpAnswer): unknown {
    if (answer.status === 401 || answer.status === 403 || answer.status === 419) {
      throw new WarehouseError(
        'token',
        `The catalogue does not let this token in (${answer.status})${said(answer)}`,
        false,
      )
    }
    if (answer.status >= 500 || answer.status === 429) {
      throw new WarehouseError('catalogue', `The catalogue answers ${answer.status}${said(answer)}`, true)
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw new WarehouseError('refused', `The catalogue refuses (${answer.status})${said(answer)}`, false)
    }
    if (answer.bytes.length === 0) return {}
    try {
      return parseLongs(text(answer))
    } catch (error) {
      throw new WarehouseError('no_catalogue', 'What answers at this address is no Iceberg catalogue.', false, {
        cause: error,
      })
    }
  }
}

function text({ bytes }: HttpAnswer): string {
  return new TextDecoder().decode(bytes)
}

/** What the catalogue says of a refusal, behind our own words. */
function said(answer: HttpAnswer): string {
  try {
    const { error } = JSON.parse(text(answer)) as { error?: { message?: string } }
    if (typeof error?.message === 'string') return `: ${error.message.slice(0, 300)}`
  } catch {
    // Whatever it is, it is no error of a catalogue's.
  }
  return '.'
}

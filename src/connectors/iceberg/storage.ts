import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { Context } from '../../context.ts'
import { WarehouseError } from '../connector.ts'
import { assertAddress, callAgain, type HttpAnswer } from './calls.ts'
import type { GuardedSettings } from './settings.ts'

/** Where a table's files lie, and with whose keys. */
export interface StorageKeys {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** What a catalogue says of its storage when it hands out a table. */
export interface Vended {
  config: Record<string, string>
  credentials: { prefix: string; config: Record<string, string> }[]
}

/**
 * The keys to a table's files: those that a person has set, else those that the catalogue has handed out with the table.
 *
 * @throws WarehouseError `keys` where there are neither
 */
export function keysOf(settings: GuardedSettings, vended: Vended, location: string): StorageKeys {
  const best = vended.credentials
    .filter(({ prefix }) => location.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0]
  const said = { ...vended.config, ...best?.config }
  const region = settings.region ?? said['s3.region'] ?? said['client.region'] ?? 'auto'
  const endpoint = settings.endpoint ?? said['s3.endpoint'] ?? `https://s3.${region}.amazonaws.com`
  assertAddress('endpoint', `The address of the catalogue’s storage, ${endpoint},`, endpoint, settings.allowLocal)
  const accessKeyId = settings.accessKeyId ?? said['s3.access-key-id']
  const secretAccessKey = settings.secretAccessKey ?? said['s3.secret-access-key']
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new WarehouseError(
      'keys',
      'The catalogue hands out no keys to its storage. Fill in an access key and its secret, or let the catalogue vend credentials.',
      false,
    )
  }
  const sessionToken = settings.accessKeyId === undefined ? said['s3.session-token'] : undefined
  const keys = { endpoint: endpoint.replace(/\/+$/, ''), region, accessKeyId, secretAccessKey }
  return sessionToken === undefined ? keys : { ...keys, sessionToken }
}

/** Files of tables, by the S3 API. Paths are `s3://bucket/key`. */
export class Storage {
  readonly #ctx: Context
  readonly #keys: StorageKeys
  /** A key is derived once a day, not once a call. */
  readonly #signing = new Map<string, ArrayBuffer>()

  constructor(ctx: Context, keys: StorageKeys) {
    this.#ctx = ctx
    this.#keys = keys
  }

  /**
   * A file, or its bytes from `range.from` up to and without `range.to`.
   *
   * @throws WarehouseError `file_gone` where it is not there
   */
  async get(path: string, range?: { from: number; to: number }): Promise<Uint8Array<ArrayBuffer>> {
    const headers: Record<string, string> = range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` }
    const { status, bytes } = await this.#call('GET', path, headers)
    if (status === 404) throw new WarehouseError('file_gone', `A file of the lake is not there: ${path}`, true)
    if (status !== 200 && status !== 206) throw refusal('read', path, status, bytes)
    // A store that knows no ranges answers with the whole.
    return status === 200 && range !== undefined ? bytes.slice(range.from, range.to) : bytes
  }

  async put(path: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const { status, bytes } = await this.#call('PUT', path, {}, body)
    if (status !== 200 && status !== 201) throw refusal('written', path, status, bytes)
  }

  /** Removes a file; that it is not there is no failure. */
  async remove(path: string): Promise<void> {
    const { status, bytes } = await this.#call('DELETE', path, {})
    if (status !== 200 && status !== 204 && status !== 404) throw refusal('removed', path, status, bytes)
  }

  async #call(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<HttpAnswer> {
    const { endpoint, ...keys } = this.#keys
    const key = path.replace(/^s3[an]?:\/\//, '')
    const url = `${endpoint}/${key.split('/').map(encodeURIComponent).join('/')}`
    const hash = createHash('sha256')
      .update(body ?? new Uint8Array())
      .digest('hex')
    return callAgain(this.#ctx, 'The storage', async () => {
      const signer = new AwsV4Signer({
        ...keys,
        method,
        url,
        service: 's3',
        cache: this.#signing,
        headers: { ...headers, 'X-Amz-Content-Sha256': hash },
        datetime: new Date(this.#ctx.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      })
      const signed = await signer.sign()
      return {
        method,
        url: signed.url.href,
        headers: Object.fromEntries(signed.headers),
        ...(body === undefined ? {} : { body }),
      }
    })
  }
}

function refusal(what: string, path: string, status: number, bytes: Uint8Array): WarehouseError {
  const said = /<Message>([^<]*)<\/Message>/.exec(new TextDecoder().decode(bytes.subarray(0, 2_000)))?.[1]
  const isOurs = status === 401 || status === 403
  const words = `A file of the lake could not be ${what}: the storage says ${status}${said === undefined ? '' : `, ${said}`} (${path})`
  return new WarehouseError(isOurs ? 'storage_refused' : 'storage', words, status === 403 || status >= 429)
}

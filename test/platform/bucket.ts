import type { Carry } from './call.ts'
import { checkKey, checkMetadata, type Limits } from './limits.ts'

/** Keys on one page of a list, as R2 gives them at most. */
const PAGE = 1_000

export interface BucketCall {
  method: 'put' | 'get' | 'head' | 'list' | 'delete'
  /** Of a list: its prefix; of several keys: the first. */
  key: string
  /** How many keys it names. */
  keys: number
  /** Of what is put. */
  bytes: number
}

export interface BucketOptions {
  limits: Limits
  now(): number
  /** Keys on one page of a list. */
  page?: number
}

/**
 * R2 in memory, strongly consistent as the real one, with the methods that the rooms use. Any other is missing, and using
 * it fails the run.
 */
export class Bucket {
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>()
  readonly #metadata = new Map<string, Record<string, string>>()
  readonly #options: BucketOptions

  constructor(options: BucketOptions) {
    this.#options = options
  }

  /** Ascending. */
  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()
  }

  binding(carry: Carry<BucketCall>): R2Bucket {
    const { limits } = this.#options
    const bucket = {
      put: (key: string, value: string | Uint8Array, options?: R2PutOptions) => {
        const bytes = new Uint8Array(typeof value === 'string' ? new TextEncoder().encode(value) : value)
        return carry({ method: 'put', key, keys: 1, bytes: bytes.length }, () => {
          checkKey(key, limits)
          checkMetadata(options?.customMetadata, limits)
          this.objects.set(key, bytes)
          this.#metadata.set(key, { ...options?.customMetadata })
          return {}
        })
      },
      get: (key: string, options?: { range?: { offset: number; length: number } }) =>
        carry({ method: 'get', key, keys: 1, bytes: 0 }, () => {
          checkKey(key, limits)
          return this.#read(key, options?.range)
        }),
      head: (key: string) =>
        carry({ method: 'head', key, keys: 1, bytes: 0 }, () => {
          checkKey(key, limits)
          return this.objects.has(key) ? {} : null
        }),
      delete: (keys: string | string[]) => {
        const all = Array.isArray(keys) ? keys : [keys]
        return carry({ method: 'delete', key: all[0] ?? '', keys: all.length, bytes: 0 }, () => {
          for (const key of all) {
            this.objects.delete(key)
            this.#metadata.delete(key)
          }
        })
      },
      list: (options: R2ListOptions = {}) =>
        carry({ method: 'list', key: options.prefix ?? '', keys: 1, bytes: 0 }, () => this.#list(options)),
    }
    return bucket as unknown as R2Bucket
  }

  #read(key: string, range?: { offset: number; length: number }) {
    const whole = this.objects.get(key)
    if (!whole) return null
    const { offset, length } = range ?? { offset: 0, length: whole.length }
    const bytes = whole.slice(offset, offset + length)
    return {
      size: bytes.length,
      body: { cancel: () => Promise.resolve() },
      arrayBuffer: () => Promise.resolve(bytes.buffer),
      text: () => Promise.resolve(new TextDecoder().decode(bytes)),
    }
  }

  #list({ prefix = '', startAfter = '', cursor, limit = PAGE, include = [] }: R2ListOptions) {
    const { now, page: most = PAGE } = this.#options
    const after = cursor ?? startAfter
    const left = this.keys(prefix).filter((key) => key > after)
    const page = left.slice(0, Math.min(most, limit))
    const truncated = left.length > page.length
    return {
      objects: page.map((key) => ({
        key,
        uploaded: new Date(now()),
        ...(include.includes('customMetadata') && { customMetadata: this.#metadata.get(key) ?? {} }),
      })),
      truncated,
      ...(truncated && { cursor: page.at(-1) ?? '' }),
      delimitedPrefixes: [],
    }
  }
}

/** Bytes of what a get has answered. */
export function sizeOf(object: unknown): number {
  return (object as { size: number } | null)?.size ?? 0
}

/** `inbox/`, of a key in it. */
export function folderOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1)
}

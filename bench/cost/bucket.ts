import type { VirtualClock } from './clock.ts'
import { checkKey, checkMetadata, PLATFORM } from './limits.ts'
import { LATENCY } from './latency.ts'
import type { Meter } from './meter.ts'

/** The methods of R2 that the rooms use, in memory. Any other is missing, and using it fails the run. */
export function countingBucket(clock: VirtualClock, meter: Meter): R2Bucket {
  const objects = new Map<string, Uint8Array>()
  const bucket = {
    put: async (key: string, value: string | Uint8Array, options?: R2PutOptions) => {
      checkKey(key, PLATFORM)
      checkMetadata(options?.customMetadata, PLATFORM)
      meter.add('r2ClassA', `put ${folder(key)}`)
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(value)
      await clock.sleep(LATENCY.r2Put)
      objects.set(key, bytes)
      return {}
    },
    get: async (key: string, options?: { range?: { offset: number; length: number } }) => {
      meter.add('r2ClassB', `get ${folder(key)}`)
      await clock.sleep(LATENCY.r2Get)
      const whole = objects.get(key)
      if (!whole) return null
      const { offset, length } = options?.range ?? { offset: 0, length: whole.length }
      const bytes = whole.slice(offset, offset + length)
      return {
        size: bytes.length,
        body: { cancel: () => Promise.resolve() },
        arrayBuffer: () => Promise.resolve(bytes.buffer),
        text: () => Promise.resolve(new TextDecoder().decode(bytes)),
      }
    },
    head: async (key: string) => {
      meter.add('r2ClassB', `head ${folder(key)}`)
      await clock.sleep(LATENCY.r2Get)
      return objects.has(key) ? {} : null
    },
    list: async ({ prefix = '', startAfter = '' }: R2ListOptions = {}) => {
      meter.add('r2ClassA', `list ${folder(prefix)}`)
      await clock.sleep(LATENCY.r2Get)
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > startAfter).toSorted()
      return { objects: keys.map((key) => ({ key })), truncated: false, delimitedPrefixes: [] }
    },
    delete: async (keys: string | string[]) => {
      const all = Array.isArray(keys) ? keys : [keys]
      meter.add('r2Deletes', 'delete', all.length)
      await clock.sleep(LATENCY.r2Put)
      for (const key of all) objects.delete(key)
    },
  }
  return bucket as unknown as R2Bucket
}

/** Writes every archive object a second time, under another key: a mistake made on purpose, which the bench must show. */
export function withExtraPut(bucket: R2Bucket): R2Bucket {
  const put = async (key: string, value: Uint8Array, options?: R2PutOptions) => {
    if (key.startsWith('raw/')) await bucket.put(`${key}.again`, value, options)
    return bucket.put(key, value, options)
  }
  return new Proxy(bucket, {
    get: (target, name) => (name === 'put' ? put : Reflect.get(target, name)) as unknown,
  })
}

function folder(key: string): string {
  return key.slice(0, key.indexOf('/') + 1)
}

import { Bucket, folderOf, sizeOf } from '../../test/platform/bucket.ts'
import type { VirtualClock } from '../../test/platform/clock.ts'
import { PLATFORM } from '../../test/platform/limits.ts'
import { LATENCY } from './latency.ts'
import type { Kind, Meter } from './meter.ts'
import type { Invocations } from './usage.ts'

const KINDS = { put: 'r2ClassA', list: 'r2ClassA', get: 'r2ClassB', head: 'r2ClassB', delete: 'r2Deletes' } as const
const MS = {
  put: LATENCY.r2Put,
  delete: LATENCY.r2Put,
  get: LATENCY.r2Get,
  head: LATENCY.r2Get,
  list: LATENCY.r2Get,
} as const

/** R2 that counts operations, deletes by keys. */
export function countingBucket(clock: VirtualClock, meter: Meter, invocations: Invocations): R2Bucket {
  const bucket = new Bucket({ limits: PLATFORM, now: () => clock.now })
  return bucket.binding(
    invocations.within('connections', async ({ method, key, keys, bytes }, effect) => {
      const kind: Kind = KINDS[method]
      meter.add(kind, method === 'delete' ? method : `${method} ${folderOf(key)}`, keys)
      invocations.usage?.spend({ bytes })
      await clock.sleep(MS[method])
      const reply = await effect()
      if (method === 'get') invocations.usage?.read(sizeOf(reply))
      return reply
    }),
  )
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

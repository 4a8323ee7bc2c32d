import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { Sweep } from '../../../src/inbox/index.ts'
import { intakeOf } from '../../../src/wiring.ts'
import { bucketWith } from '../bucket.ts'

const MINUTE = 60_000
const T0 = Date.UTC(2030, 0, 1)

interface Rig {
  sweep: Sweep
  now: number
  alarm: number | null
  queued: string[]
  lists: number
  archive: R2Bucket
  stored(): number
  reopen(): void
}

async function withSweep(body: (rig: Rig) => Promise<void>): Promise<void> {
  await runInDurableObject(env.SWEEP.getByName(crypto.randomUUID()), async (_, { storage }) => {
    const events = {
      sendBatch: (messages: { body: string }[]) => {
        rig.queued.push(...messages.map((message) => (JSON.parse(message.body) as { accept: string }).accept))
        return Promise.resolve({})
      },
    } as unknown as Queue<string>
    const list = (options: R2ListOptions) => {
      if (options.prefix === 'inbox/') rig.lists++
      return env.ARCHIVE.list(options)
    }
    const rig: Rig = {
      now: T0,
      alarm: null,
      queued: [],
      lists: 0,
      archive: bucketWith({ list }),
      stored: () => storage.sql.exec('SELECT count(*) AS n FROM sweep WHERE id < 3').one().n as number,
      reopen: () => {
        const alarm = {
          getAlarm: () => Promise.resolve(rig.alarm),
          setAlarm: (at: number) => Promise.resolve(void (rig.alarm = at)),
        }
        const ctx = { ...context, now: () => rig.now, log: () => undefined }
        const intake = (source: string) => intakeOf(env, source)
        const deps = { ctx, archive: rig.archive, events, intake }
        rig.sweep = new Sweep({ sql: storage.sql, ...alarm }, deps)
      },
      sweep: undefined as unknown as Sweep,
    }
    rig.reopen()
    await body(rig)
  })
}

/** Puts a batch into the inbox that was accepted at `at`. */
async function wait(at: number, name = '1'): Promise<string> {
  const accept = `${at.toString(16).padStart(12, '0')}-${name.padStart(20, '0')}`
  await env.ARCHIVE.put(`inbox/${accept}`, `body of ${accept}`)
  return accept
}

afterEach(async () => {
  for (const prefix of ['inbox/', 'parked/']) {
    const { objects } = await env.ARCHIVE.list({ prefix })
    await env.ARCHIVE.delete(objects.map(({ key }) => key))
  }
})

/** Lets the alarm ring every thirty seconds for so long. */
async function pass(rig: Rig, ms: number, evict = false): Promise<void> {
  for (const end = rig.now + ms; rig.now < end;) {
    rig.now += 30_000
    if (evict) rig.reopen()
    await rig.sweep.alarm()
  }
}

describe('the sweep', () => {
  it.each([false, true])(
    'queues a batch when it is 1, 2, 4, 8 … minutes old, and no more often (evicted: %s)',
    (evict) =>
      withSweep(async (rig) => {
        const accept = await wait(T0)
        const at: number[] = []
        for (let half = 0; half < 140; half++) {
          await pass(rig, 30_000, evict)
          if (rig.queued.splice(0).includes(accept)) at.push((rig.now - T0) / MINUTE)
        }
        expect(at).toEqual([1, 2, 4, 8, 16, 32, 64])
      }),
  )

  it('leaves alone what is on its ordinary way', () =>
    withSweep(async (rig) => {
      rig.now = T0 + 59_000
      await wait(T0)
      await rig.sweep.alarm()
      expect(rig.queued).toEqual([])
    }))

  it('queues at once what it finds old and never saw', () =>
    withSweep(async (rig) => {
      rig.now = T0 + 37 * MINUTE
      const accepts = [await wait(T0, '1'), await wait(T0 + MINUTE, '2')]
      await rig.sweep.alarm()
      expect(rig.queued).toEqual(accepts)
    }))

  it('costs one list and stores nothing while the inbox is empty', () =>
    withSweep(async (rig) => {
      await pass(rig, 5 * MINUTE)
      expect([rig.lists, rig.stored(), rig.queued]).toEqual([10, 0, []])
    }))

  it('looks at no more than twenty pages at a time, and goes on where it was', () =>
    withSweep(async (rig) => {
      const all = 50_000
      rig.archive = {
        list: ({ prefix, startAfter }: R2ListOptions) => {
          if (prefix !== 'inbox/') return Promise.resolve({ objects: [], truncated: false })
          rig.lists++
          const first = startAfter === undefined ? 0 : Number(startAfter.slice(-20)) + 1
          const keys = Array.from({ length: Math.min(1_000, all - first) }, (_, at) => ({
            key: `inbox/${T0.toString(16).padStart(12, '0')}-${String(first + at).padStart(20, '0')}`,
          }))
          return Promise.resolve({ objects: keys, truncated: first + 1_000 < all })
        },
      } as unknown as R2Bucket
      rig.reopen()
      rig.now = T0 + 5 * MINUTE
      const queued: number[] = []
      for (let sweep = 0; sweep < 4; sweep++) {
        await rig.sweep.alarm()
        queued.push(rig.queued.splice(0).length)
        rig.now += 30_000
      }
      // The fourth sweep begins a new lap, in which none has grown to the next age.
      expect([queued, rig.lists]).toEqual([[20_000, 20_000, 10_000, 0], 70])
    }))

  it('parks what could not be processed for a day', () =>
    withSweep(async (rig) => {
      const accept = await wait(T0)
      rig.now = T0 + 24 * 60 * MINUTE
      await rig.sweep.alarm()
      expect(await env.ARCHIVE.head(`inbox/${accept}`)).toBeNull()
      const parked = await env.ARCHIVE.get(`parked/${accept}`)
      expect([await parked?.text(), parked?.customMetadata?.why]).toEqual([
        `body of ${accept}`,
        'It could not be processed for a day.',
      ])
      expect(rig.queued).toEqual([])
    }))

  it('is armed again before it does anything, and survives an archive that is down', () =>
    withSweep(async (rig) => {
      rig.archive = { list: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket
      rig.reopen()
      await rig.sweep.alarm()
      expect(rig.alarm).toBe(T0 + 30_000)
    }))

  it('is armed once, however often it is asked', () =>
    withSweep(async (rig) => {
      await rig.sweep.arm()
      rig.now += 20_000
      await rig.sweep.arm()
      expect(rig.alarm).toBe(T0 + 30_000)
    }))

  it('queues everything when it is told to, young or old', () =>
    withSweep(async (rig) => {
      rig.now = T0 + 5 * MINUTE
      const accepts = [await wait(T0, '1'), await wait(rig.now, '2')]
      expect(await rig.sweep.recover()).toEqual({ queued: 2, complete: true })
      expect([rig.queued, rig.alarm]).toEqual([accepts, rig.now + 30_000])
    }))
})

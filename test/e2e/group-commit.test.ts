import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningWorkerd, startWorkerd } from '../../bench/speed/workerd.ts'
import { decodeGroup } from '../../src/archive/index.ts'
import { patient } from './local.ts'

/** As many puts as go at once, each a second: whoever comes then waits for one of them. */
const AHEAD = 2

describe.each([
  ['goes on without its client', 'goes-on', 3_000],
  ['ends with its client', 'store', 7_000],
])('group commit where a request %s', (_, way, withinMs) => {
  let workerd: RunningWorkerd
  beforeAll(async () => {
    workerd = await startWorkerd({
      entry: '../../test/e2e/group-commit-worker.ts',
      bindings: ['(name = "SELF", service = "main")'],
    })
  }, patient(60_000))
  afterAll(() => workerd.stop())

  /** The status of the reply; with `leave`, after so many milliseconds its client goes away. */
  async function store(batch: string, leave?: number): Promise<number> {
    const search = leave === undefined ? '' : `?leave=${leave}`
    const reply = await fetch(`http://127.0.0.1:${workerd.port}/${way}/${batch}${search}`)
    await reply.body?.cancel()
    return reply.status
  }

  /** Batches that are in some object. */
  const stored = async () => {
    const reply = await fetch(`http://127.0.0.1:${workerd.port}/objects`)
    const objects = (await reply.json()) as [key: string, text: string][]
    return objects.flatMap(([, text]) => decodeGroup(text))
  }

  it.each([
    ['while it makes the put', 1_500],
    ['before it is called to make it', 400],
  ])(
    'answers the others when the client of the first of them leaves %s',
    async (_, leave) => {
      const name = (id: string) => `${id}-${leave}`
      const began = Date.now()
      const ahead = Array.from({ length: AHEAD }, (_, at) => store(name(`ahead${at}`)))
      await sleep(100)
      const first = store(name('first'), leave)
      await sleep(100)
      const others = ['b', 'c', 'd'].map((id) => ({ text: `batch ${name(id)}`, status: store(name(id)) }))
      expect(await first).toBe(499)
      const statuses = await Promise.all([...ahead, ...others.map(({ status }) => status)])
      expect(statuses).toEqual([200, 200, 200, 200, 200])
      const tookMs = Date.now() - began
      expect(await stored()).toEqual(expect.arrayContaining(others.map(({ text }) => text)))
      // Where its put has died with it nobody was answered before another had made one.
      const isLost = way === 'store' && leave > 1_000
      expect(tookMs > 3_000 || !isLost).toBe(true)
      expect(tookMs).toBeLessThan(patient(withinMs))
    },
    patient(40_000),
  )
})

import { describe, expect, it } from 'vitest'
import { World } from '../../bench/cost/world.ts'
import { VirtualClock } from '../platform/clock.ts'
import { PLATFORM, WORK_MS } from '../platform/limits.ts'
import { Connections, Usage } from '../platform/usage.ts'

function used(kind: 'worker' | 'object' = 'worker') {
  const over: string[] = []
  return { over, usage: new Usage(kind, PLATFORM, (what) => over.push(what)) }
}

describe('what an invocation may use', () => {
  it('is six connections at a time: the seventh call waits for the first answer', async () => {
    const clock = new VirtualClock()
    const connections = new Connections(PLATFORM.connections)
    const begun: number[] = []
    const call = (ms: number) =>
      connections.use(async () => {
        begun.push(clock.now)
        await clock.sleep(ms)
      })
    const since = clock.now
    await clock.runUntil(Promise.all([100, 200, 200, 200, 200, 200, 50, 50].map(call)))
    expect(begun.map((at) => at - since)).toEqual([0, 0, 0, 0, 0, 0, 100, 150])
  })

  it('gives a connection back when its call fails, and not when it is never answered', async () => {
    const clock = new VirtualClock()
    const connections = new Connections(1)
    await expect(connections.use(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
    void connections.use(() => new Promise(() => undefined))
    let late = false
    void connections.use(async () => void (late = true))
    await clock.runFor(60_000)
    expect(late).toBe(false)
  })

  it('lets the time of a request run while it waits, and never sends it when that is over', async () => {
    const clock = new VirtualClock()
    const connections = new Connections(1)
    const left: number[] = []
    const request = (takesMs: number) =>
      connections.useInTime(clock, 5_000, async (leftMs) => {
        left.push(leftMs)
        await clock.sleep(takesMs)
      })
    const all = Promise.allSettled([request(3_000), request(4_000), request(10)])
    const outcomes = await clock.runUntil(all)
    expect(left).toEqual([5_000, 2_000])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(outcomes[2]).toMatchObject({ reason: { name: 'TimeoutError' } })
  })

  it('is 128 MB: what is kept stays, what is read goes with what it became', () => {
    const { over, usage } = used()
    usage.keep(12_800_000)
    for (let portion = 0; portion < 10; portion++) {
      usage.read(12_000_000)
      usage.letGo()
    }
    expect(over).toEqual([])
    usage.read(8_000_000)
    usage.read(5_000_000)
    expect(over).toEqual(['holds 129600000 bytes, more than memory'])
  })

  it('is 30 s of work: bytes, rows and calls', () => {
    const { over, usage } = used('object')
    usage.spend({ rows: 1_000_000, bytes: 300_000_000 })
    expect(usage.cpuMs).toBeCloseTo(1_000_000 * WORK_MS.row + 300_000_000 * WORK_MS.byte)
    expect(over).toEqual([])
    usage.spend({ rows: 1_000_000 })
    expect(over).toEqual(['works 35000 ms, more than its time'])
  })

  it('is ten thousand calls and requests together', () => {
    const { usage } = used()
    for (let n = 0; n < 5_000; n++) {
      usage.call()
      usage.call('request')
    }
    expect(() => usage.call('request')).toThrow('Too many API requests')
  })
})

describe('the platform within it', () => {
  it('sends to a receiver that answers at once no more than a worker may send', async () => {
    const receiver = (clock: VirtualClock) => async () => {
      await clock.sleep(1)
      return new Response(null, { status: 200 })
    }
    const urls = ['https://fast.example.com/in']
    const world = await World.open({ urls, messagesPerBatch: 100, receiver, concurrency: 1 })
    for (let batch = 0; batch < 2; batch++) await world.send(75, 100)
    await world.clock.runFor(40_000)
    expect(world.invocations.over).toBeUndefined()
    const [ledger] = await world.ledgers()
    expect(ledger).toMatchObject({ accepted: 15_000, delivered: 15_000 })
  })
})

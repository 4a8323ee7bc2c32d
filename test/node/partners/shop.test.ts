import { describe, expect, it } from 'vitest'
import { normalise } from '../../../src/event/index.ts'
import { Shop, type ShopStorage, visitOf } from '../../../src/shop/index.ts'

const AT = Date.parse('2026-11-30T09:00:00Z')

describe('a visit', () => {
  it('is the same for the same seed and number, and another for others', () => {
    expect(visitOf(7, 3, AT)).toEqual(visitOf(7, 3, AT))
    expect(visitOf(8, 3, AT)).not.toEqual(visitOf(7, 3, AT))
    expect(visitOf(7, 4, AT)).not.toEqual(visitOf(7, 3, AT))
  })

  it('has every call of the spec in the long run, few events, and nothing that is not valid', () => {
    const seen = new Map<unknown, number>()
    const ids = new Set<unknown>()
    for (let number = 0; number < 500; number++) {
      const visit = visitOf(1, number, AT)
      expect(visit.length).toBeLessThanOrEqual(10)
      for (const event of visit) {
        seen.set(event.type, (seen.get(event.type) ?? 0) + 1)
        ids.add(event.messageId)
        const checked = normalise(event, { receivedAt: AT, projectId: 'p', channel: 'server', newMessageId: () => 'x' })
        expect([event, checked.ok]).toEqual([event, true])
        const time = Date.parse(String(event.timestamp))
        expect(time > AT - 60_001 && time <= AT).toBe(true)
      }
    }
    const total = [...seen.values()].reduce((sum, n) => sum + n, 0)
    expect(ids.size).toBe(total)
    for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'])
      expect(seen.get(type)).toBeGreaterThan(3)
  })
})

function shopAt(status: () => number) {
  const world = { now: AT, alarm: undefined as number | undefined, sent: [] as string[] }
  const rows = new Map<string, unknown>()
  const storage: ShopStorage = {
    kv: { get: <T>(key: string) => rows.get(key) as T | undefined, put: (key, value) => void rows.set(key, value) },
    transactionSync: (closure) => closure(),
    setAlarm: (at) => Promise.resolve(void (world.alarm = at)),
  }
  const send = (body: string) => {
    world.sent.push(body)
    return Promise.resolve(status())
  }
  return { world, shop: new Shop(storage, { now: () => world.now, log: () => undefined }, send) }
}

describe('a shop', () => {
  it('sends a visit a minute, the same again as long as it is not taken', async () => {
    const replies = [503, 200, 200]
    const { world, shop } = shopAt(() => replies.shift() ?? 200)
    shop.open({ writeKey: 'k', seed: 1 })
    for (let n = 0; n < 3; n++) {
      expect(world.alarm).toBe(world.now)
      await shop.alarm()
      expect(world.alarm).toBe(world.now + 60_000)
      world.now += 60_000
    }
    const ids = world.sent.map((body) => (JSON.parse(body) as { batch: { messageId: string }[] }).batch[0]?.messageId)
    expect(ids).toEqual(['shop-1-0-0', 'shop-1-0-0', 'shop-1-1-0'])
    expect(shop.look()).toMatchObject({ visits: 2, state: 'running' })
  })

  it('rests when nobody has looked for three days, and goes on when somebody does', async () => {
    const { world, shop } = shopAt(() => 200)
    shop.open({ writeKey: 'k', seed: 1 })
    world.now += 3 * 86_400_000 - 1
    await shop.alarm()
    world.now += 1
    world.alarm = undefined
    await shop.alarm()
    expect([world.sent.length, world.alarm]).toEqual([1, undefined])
    expect([shop.look()?.state, world.alarm]).toEqual(['running', world.now])
    await shop.alarm()
    expect(world.sent.length).toBe(2)
  })

  it('ends with its source, and is opened once', async () => {
    const { world, shop } = shopAt(() => 400)
    shop.open({ writeKey: 'k', seed: 1 })
    shop.open({ writeKey: 'other', seed: 2 })
    await shop.alarm()
    expect(JSON.parse(world.sent[0] ?? '')).toMatchObject({ writeKey: 'k' })
    await shop.alarm()
    expect([world.sent.length, shop.look()?.state]).toEqual([1, 'gone'])
  })

  it('is nowhere before it is opened', async () => {
    const { world, shop } = shopAt(() => 200)
    await shop.alarm()
    expect([shop.look(), world.sent, world.alarm]).toEqual([undefined, [], undefined])
  })
})

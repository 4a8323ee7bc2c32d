import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { LaneRemote } from '../../../src/lane/index.ts'
import { ask, type DestinationReply, newDestination } from '../api/client.ts'
import { call, freshPlatform, newSource } from '../world.ts'
import { grantOf, LaneStandIn, work } from './lane-stand-in.ts'

const rest = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => n + from).join(' ')

describe('what is left of a grant is not sent', () => {
  it.each<[string, () => Response, string]>([
    ['429', () => new Response(null, { status: 429 }), 'retry http_429'],
    ['429 with a time', () => new Response(null, { status: 429, headers: { 'Retry-After': '5' } }), 'retry http_429'],
    ['503 with a time', () => new Response(null, { status: 503, headers: { 'Retry-After': '5' } }), 'retry http_503'],
    ['410', () => new Response(null, { status: 410 }), 'dead http_410'],
  ])('after %s', async (_, answer, outcome) => {
    const lane = new LaneStandIn([await grantOf(60)])
    const { sent } = await work(
      () => lane,
      async (_, ctx, { messageId }) => {
        const n = Number(messageId.slice(1))
        await ctx.sleep(100 + n)
        return n === 7 ? answer() : new Response('ok')
      },
    )
    // Those beside it were under way; event 13 would have been next.
    expect(sent).toHaveLength(13)
    expect(new Set(lane.outcomes)).toEqual(
      new Set([
        `delivered: ${[...Array(13).keys()].filter((n) => n !== 7).join(' ')}`,
        `${outcome}: 7`,
        `unsent: ${rest(13, 60)}`,
      ]),
    )
  })

  it('but goes on after a plain 503 or 400', async () => {
    const lane = new LaneStandIn([await grantOf(20)])
    const { sent } = await work(
      () => lane,
      (_, __, { messageId }) => new Response(null, { status: messageId === 'm3' ? 503 : 400 }),
    )
    expect(sent).toHaveLength(20)
  })
})

describe('410 Gone', () => {
  const at = freshPlatform()
  const get = async (id: string) =>
    (await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`)).destination

  it('disables the destination with a notice, and tells its lane', async () => {
    const { id } = await newDestination(at, (await newSource(at)).id)
    const grant = await grantOf(1)
    const configured: unknown[] = []
    const hearGone = () => {
      const configure = (config: unknown) => Promise.resolve(void configured.push(config))
      const remote = Object.assign(new LaneStandIn([grant]), { configure }) as unknown as LaneRemote
      return work(
        () => remote,
        () => new Response(null, { status: 410 }),
        {},
        id,
      )
    }
    await hearGone()
    expect(await get(id)).toMatchObject({
      enabled: false,
      notice: expect.stringMatching(/^The receiver answered 410 Gone at 2030-01-01T/),
    })
    expect(configured).toMatchObject([{ enabled: false, version: 2 }])
    // Whoever has it still enabled, and hears it again, changes nothing.
    await hearGone()
    expect(configured).toHaveLength(1)

    const body = { enabled: true }
    expect(
      (await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, body)).destination,
    ).toMatchObject({
      enabled: true,
      notice: null,
    })
  })

  it('goes through the whole platform: disabled, shown, enabled again, delivered', async () => {
    const answers = [new Response(null, { status: 410 })]
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(answers.shift() ?? new Response('ok')))
    const { id: source, writeKey } = await newSource(at)
    const { id } = await newDestination(at, source)
    const batch = ['a', 'b', 'c'].map((messageId) => ({ type: 'track', event: 'E', userId: 'u', messageId }))
    const init = { body: JSON.stringify({ writeKey, batch: batch.slice(0, 1) }), method: 'POST' }
    await at.http.fetch(new Request('https://sluice.test/v1/batch', init), env, {
      waitUntil: () => undefined,
      passThroughOnException: () => undefined,
    } as unknown as ExecutionContext)
    await vi.waitUntil(async () => !(await get(id)).enabled, { timeout: 10_000 })
    const metrics = async () =>
      (await call<{ data: { deliveryMetrics: unknown } }>(at, 'GET', `/api/destinations/${id}/delivery-metrics`)).json
        .data.deliveryMetrics
    expect(await metrics()).toMatchObject({
      hold: { until: null, why: 'gone' },
      notice: expect.stringContaining('410 Gone'),
      metrics: expect.arrayContaining([
        { metricName: 'dead', total: 1, breakdown: [{ metricName: 'http_410', value: 1 }] },
      ]),
    })
    await ask(at, 'PATCH', `/api/destinations/${id}`, { enabled: true })
    expect(await metrics()).toMatchObject({ hold: null, notice: null })
    await ask(at, 'POST', `/api/destinations/${id}/dead-letters/redrive`, { all: true })
    const ledger = async () =>
      (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${id}/ledger`)).ledger
    await vi.waitUntil(async () => (await ledger()).delivered === 1, { timeout: 10_000 })
    expect(await ledger()).toMatchObject({ accepted: 1, delivered: 1, dead: 0, pending: 0 })
  }, 30_000)
})

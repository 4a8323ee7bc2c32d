import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { context } from '../../../src/context.ts'
import { sendEvent } from '../../../src/deliver/send.ts'
import { openDatabase, SettingsCache } from '../../../src/settings/index.ts'
import { newDestination, newIntegration } from '../api/client.ts'
import { freshPlatform, newSource } from '../world.ts'
import { direct, newEvent, virtual, webhook } from './stand-ins.ts'

const NOT_PUBLIC = 'The address must be a public host: private, local and reserved addresses are refused.'

describe('before every request, whatever was saved', () => {
  it.each<[string, string]>([
    ['https://169.254.169.254/latest/meta-data/', NOT_PUBLIC],
    ['https://2130706433/', NOT_PUBLIC],
    ['https://[::ffff:7f00:1]/', NOT_PUBLIC],
    ['https://localhost/', NOT_PUBLIC],
    ['http://hooks.example.com/', 'The address must begin with https://.'],
    ['https://k:v@hooks.example.com/', 'The address must not carry a user name or password; use a header instead.'],
    ['nonsense', 'The address is not a URL.'],
  ])('%s is refused', async (url, message) => {
    for (const target of [
      webhook({ urls: [url] }),
      webhook({ urls: ['https://hooks.example.com/', url] }),
      direct({}, { endpoint: url }),
    ]) {
      const { ctx, sent } = virtual()
      const result = await sendEvent(newEvent(), target, { ctx, allowLocal: false }, JSON.stringify(newEvent()))
      expect(result).toEqual({ outcome: { kind: 'dead', code: 'INVALID_SETTINGS' }, tookMs: 0, message })
      expect(sent).toEqual([])
    }
  })

  it('loopback is allowed in the local run, and nothing else that is private', async () => {
    const { ctx, sent } = virtual()
    const send = (url: string) =>
      sendEvent(newEvent(), webhook({ urls: [url] }), { ctx, allowLocal: true }, JSON.stringify(newEvent()))
    expect((await send('http://127.0.0.1:4000/in')).outcome.kind).toBe('delivered')
    expect((await send('http://10.0.0.1/')).outcome.kind).toBe('dead')
    expect((await send('https://169.254.169.254/')).outcome.kind).toBe('dead')
    expect(sent.map(({ url }) => url)).toEqual(['http://127.0.0.1:4000/in'])
  })
})

describe('what was saved in a local run', () => {
  const local = freshPlatform({ env: { ALLOW_LOCAL_DESTINATIONS: '1' } })

  it.each(['webhook', 'direct'])('is dead once the same database is deployed (%s)', async (kind) => {
    const fetches = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no request may be made'))
    const { id: sourceId } = await newSource(local)
    const url = 'http://127.0.0.1:4000/in'
    const { id } =
      kind === 'webhook'
        ? await newDestination(local, sourceId, { urls: [url] })
        : await newDestination(local, sourceId, { apiKey: 'k' }, (await newIntegration(local, { endpoint: url })).id)
    const target = await new SettingsCache(openDatabase(env.DB, env.ENCRYPTION_KEYS, context)).target(id)
    if (!target) throw new Error('the destination was expected')
    const result = await sendEvent(newEvent(), target, { ctx: context, allowLocal: false }, JSON.stringify(newEvent()))
    expect(result.outcome).toEqual({ kind: 'dead', code: 'INVALID_SETTINGS' })
    expect(fetches).not.toHaveBeenCalled()
    const { ctx, sent } = virtual()
    expect(
      (await sendEvent(newEvent(), target, { ctx, allowLocal: true }, JSON.stringify(newEvent()))).outcome,
    ).toEqual({ kind: 'delivered' })
    expect(sent.map((request) => request.url)).toEqual([url])
  })
})

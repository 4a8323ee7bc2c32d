import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Commit, Tail, type TailMessage, type TailState, WATCHER_HEADER } from '../../../src/intake/index.ts'
import { archived, batchOf, messageOf, router, sourceWithWebhook } from '../route/rig.ts'
import { intakeOf } from '../../../src/wiring.ts'
import { freshPlatform, newSource, send } from '../world.ts'

interface Watcher {
  socket: WebSocket
  told: TailMessage[]
  closed: number | undefined
  /** What comes until there are `n`. */
  until(n: number): Promise<TailMessage[]>
}

const open: WebSocket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
})

/** Somebody who may watch, signed in: their user id and session id. */
async function somebody(): Promise<string> {
  const id = crypto.randomUUID()
  const later = Date.now() + 9e6
  await env.DB.batch([
    env.DB.prepare(
      'INSERT INTO sessions (id, token, user_id, expires_at, created_at, updated_at) VALUES (?1, ?1, ?1, ?2, 0, 0)',
    ).bind(id, later),
    env.DB.prepare("INSERT INTO members VALUES ('ws_first', ?, 'read-only', '[]', 0)").bind(id),
  ])
  return `${id} ${id}`
}

async function watch(source: string, wish?: Record<string, unknown>, as?: string): Promise<Watcher> {
  const headers = { Upgrade: 'websocket', [WATCHER_HEADER]: as ?? (await somebody()) }
  const response = await env.INTAKE.getByName(source).fetch('https://x/', { headers })
  const socket = response.webSocket
  if (!socket) throw new Error(`${response.status}: ${await response.text()}`)
  socket.accept()
  open.push(socket)
  const watcher: Watcher = {
    socket,
    told: [],
    closed: undefined,
    until: (n) => vi.waitUntil(() => (watcher.told.length >= n ? watcher.told : undefined), { timeout: 15_000 }),
  }
  socket.addEventListener('message', ({ data }) => void watcher.told.push(JSON.parse(String(data)) as TailMessage))
  socket.addEventListener('close', ({ code }) => {
    watcher.closed = code
    socket.close()
  })
  if (wish) await say(source, socket, wish)
  return watcher
}

/** Says something and waits until it has been heard: what is asked after it was sent later. */
async function say(source: string, socket: WebSocket, wish: Record<string, unknown>) {
  socket.send(JSON.stringify(wish))
  const heard = async () =>
    runInDurableObject(env.INTAKE.getByName(source), (_, state) =>
      state.getWebSockets().some((one) => {
        const said = one.deserializeAttachment() as Record<string, unknown>
        return Object.entries(wish).every(([name, value]) => said[name] === value)
      }),
    )
  await vi.waitUntil(heard, { timeout: 15_000 })
}

/** Routes a batch of these ids, and answers what the intake was asked. */
async function routed(source: string, ids: string[], refused?: { code: string; text: string }[]) {
  const calls: string[] = []
  let commit: Commit | undefined
  const route = router({
    intake: (real) => ({
      begin: (claims) => {
        calls.push('begin')
        return real.begin(claims)
      },
      commit: (one) => {
        calls.push('commit')
        commit = one
        return real.commit(one)
      },
    }),
  })
  const text = batchOf(source, ids)
  const [head = '', ...lines] = text.split('\n')
  const rejected = refused ? { bad_request: refused.length } : {}
  const whole = [JSON.stringify({ ...(JSON.parse(head) as object), rejected, ...(refused && { refused }) }), ...lines]
  const message = messageOf(whole.join('\n'))
  await route([message])
  expect(message.outcome).toBe('ack')
  return { calls, commit }
}

const rowsOf = (source: string) =>
  runInDurableObject(env.INTAKE.getByName(source), (_, { storage }) =>
    storage.sql
      .exec('SELECT length(body) + length(recent) AS size FROM log')
      .toArray()
      .map(({ size }) => size),
  )

let source = ''
let destination = ''
beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
  const made = await sourceWithWebhook()
  source = made.id
  destination = made.destination
})

describe('a source that nobody watches', () => {
  it('is routed as if there were no tail: no call, no row and no byte more', async () => {
    const { id } = await newSource(freshPlatform())
    const before = await routed(id, ['u1', 'u2'])
    expect(before.calls).toEqual(['begin', 'commit'])
    expect(before.commit).not.toHaveProperty('shown')
    // With a watcher the calls and the row are the same; the sample is not stored.
    const watcher = await watch(id)
    const during = await routed(id, ['u3', 'u4'])
    expect(during.calls).toEqual(['begin', 'commit'])
    expect(during.commit?.shown).toHaveLength(2)
    await watcher.until(1)
    const [first = 0, second = 0] = (await rowsOf(id)) as number[]
    // Counters and times may have a digit more.
    expect(Math.abs(second - first)).toBeLessThan(10)
    // A watcher that pauses is nobody.
    await say(id, watcher.socket, { paused: true })
    expect((await routed(id, ['u5'])).commit).not.toHaveProperty('shown')
  })
})

describe('a live tail', () => {
  it('tells each event as it is archived, and which destination does not get it', async () => {
    const watcher = await watch(source)
    const text = batchOf(source, ['w1', 'w2'])
    const [head, one = '', two = ''] = text.split('\n')
    const kept = JSON.stringify({ ...(JSON.parse(two) as object), integrations: { Webhooks: false } })
    await router()([messageOf([head, one, kept].join('\n'))])
    const [told] = await watcher.until(1)
    expect(told).toMatchObject({ archived: 2, rejected: 0, duplicates: 0 })
    expect(told?.events?.map(({ event, fate }) => [event, fate])).toEqual([
      [0, { matched: 1, filtered: 0, reasons: {} }],
      [1, { matched: 0, filtered: 1, reasons: { [destination]: ['FILTERED_BY_INTEGRATIONS_OBJECT'] } }],
    ])
    expect(told?.events?.map(({ line }) => (JSON.parse(line) as { messageId: string }).messageId)).toEqual(['w1', 'w2'])
    const { slices } = await intakeOf(env, source).page({ count: 2 })
    expect(slices[0]?.seq).toBe(told?.seq)
    // What the log says afterwards is the same.
    expect(slices[0]?.fates).toEqual(told?.events?.map(({ fate }) => fate))
  })

  it('goes on when its object was evicted, with what was asked of it', async () => {
    const stub = env.INTAKE.getByName(source)
    const all = await watch(source)
    const paused = await watch(source, { paused: true })
    const rejected = await watch(source, { show: 'rejected' })
    await evictDurableObject(stub)
    await routed(source, ['e1'], [{ code: 'bad_request', text: '"x"' }])
    const [told] = await all.until(1)
    expect(told?.events).toHaveLength(1)
    const unnamed = { type: null, name: null, messageId: null, userId: null, anonymousId: null }
    expect(told?.refused).toEqual([{ code: 'bad_request', text: '"x"', at: expect.any(String), ...unnamed }])
    const [few] = await rejected.until(1)
    expect(few).toMatchObject({ events: [], archived: 1, rejected: 1, refused: [{ code: 'bad_request' }] })
    expect(paused.told).toEqual([])
    await evictDurableObject(stub)
    await routed(source, ['e2'])
    expect((await all.until(2))[1]?.events).toHaveLength(1)
  })

  it('is a sample of a large batch, spread over it, and says of how many', async () => {
    const { id } = await newSource(freshPlatform())
    const watcher = await watch(id)
    const ids = Array.from({ length: 500 }, (_, n) => `large-${n}`)
    await routed(id, ids)
    const [told] = await watcher.until(1)
    expect(told?.archived).toBe(500)
    const events = told?.events?.map(({ event }) => event) ?? []
    expect(events).toHaveLength(50)
    expect(events.at(-1)).toBeGreaterThan(480)
    // The events of a second are bounded over batches, too.
    await routed(id, ['after-1', 'after-2'])
    const last = (await watcher.until(2))[1]
    expect(last?.archived).toBe(2)
    expect(last?.events?.length).toBeLessThanOrEqual(2)
  })

  it('says that it missed what was begun before it', async () => {
    const stub = intakeOf(env, source)
    const { batch } = await stub.begin([])
    const watcher = await watch(source)
    const commit: Commit = {
      batch,
      key: `raw/${source}/${batch}`,
      chunks: [[0, 10, 3]],
      accepts: [crypto.randomUUID()],
      ids: new Uint32Array(6).map(() => Math.random() * 2 ** 32),
      routes: {},
      counts: { requests: 1, received: 3, duplicates: 0, rejected: {} },
      firstReceivedAt: new Date().toISOString(),
      lastReceivedAt: new Date().toISOString(),
    }
    expect(await stub.commit(commit)).toBe('ok')
    const [told] = await watcher.until(1)
    expect(told).toMatchObject({ archived: 3 })
    expect(told).not.toHaveProperty('events')
    // The same commit once more is no news.
    expect(await stub.commit(commit)).toBe('ok')
    await routed(source, ['later'])
    expect((await watcher.until(2)).map(({ archived: n }) => n)).toEqual([3, 1])
  })

  it('is open in four windows of one person at most, the newest, and has room for others', async () => {
    const { id } = await newSource(freshPlatform())
    const person = await somebody()
    const windows: Watcher[] = []
    for (let n = 0; n < 20; n++) {
      windows.push(await watch(id, undefined, person))
      // The newest are told by their milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await vi.waitUntil(() => windows.filter(({ closed }) => closed !== undefined).length >= 16, { timeout: 15_000 })
    expect(windows.map(({ closed }) => closed)).toEqual([
      ...Array<number>(16).fill(4_001),
      ...Array<undefined>(4).fill(undefined),
    ])
    const other = await watch(id)
    await routed(id, ['w1'])
    expect(await other.until(1)).toHaveLength(1)
    expect(await windows.at(-1)?.until(1)).toHaveLength(1)
  })

  it('wants nothing but WebSockets, and to know who it is', async () => {
    const { id } = await newSource(freshPlatform())
    const plain = await env.INTAKE.getByName(id).fetch('https://x/')
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket'])
    await plain.text()
    await expect(watch(id, undefined, '')).rejects.toThrow(/^403/)
  })

  const run = (sql: string, ...values: unknown[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run()
  const ends: [string, (id: string, source: string) => Promise<unknown>][] = [
    ['who is no member any more', (id) => run('DELETE FROM members WHERE user_id = ?', id)],
    ['who has signed out', (id) => run('DELETE FROM sessions WHERE id = ?', id)],
    ['whose session is over', (id) => run('UPDATE sessions SET expires_at = 1 WHERE id = ?', id)],
    ['who is in another workspace', (id) => run("UPDATE members SET workspace_id = 'ws_x' WHERE user_id = ?", id)],
  ]
  describe.each(ends)('of somebody %s', (_, end) => {
    it('is closed before the next event, and others go on', async () => {
      const { id } = await newSource(freshPlatform())
      const person = await somebody()
      const [gone, stays] = [await watch(id, undefined, person), await watch(id)]
      await routed(id, ['before'])
      await Promise.all([gone.until(1), stays.until(1)])
      await end(person.split(' ')[0] ?? '', id)
      await routed(id, ['after'])
      expect(await stays.until(2)).toHaveLength(2)
      await vi.waitUntil(() => gone.closed !== undefined, { timeout: 15_000 })
      expect([gone.closed, gone.told.length, stays.closed]).toEqual([4_003, 1, undefined])
    })

    it('is closed by the alarm when no event comes', async () => {
      const { id } = await newSource(freshPlatform())
      const person = await somebody()
      const [gone, stays] = [await watch(id, undefined, person), await watch(id)]
      await end(person.split(' ')[0] ?? '', id)
      expect(await runDurableObjectAlarm(env.INTAKE.getByName(id))).toBe(true)
      await vi.waitUntil(() => gone.closed !== undefined, { timeout: 15_000 })
      expect([gone.closed, stays.closed]).toEqual([4_003, undefined])
      // As long as anybody watches there is a next time.
      expect(await runDurableObjectAlarm(env.INTAKE.getByName(id))).toBe(true)
    })
  })

  it('ignores what it does not understand', async () => {
    const { id } = await newSource(freshPlatform())
    const watcher = await watch(id)
    for (const words of ['', '{', '[]', '{"show":"no"}', '{"paused":1}', 'x'.repeat(2_000)]) watcher.socket.send(words)
    await say(id, watcher.socket, { show: 'accepted' })
    await routed(id, ['i1'], [{ code: 'bad_request', text: '1' }])
    expect((await watcher.until(1))[0]).toMatchObject({ events: [{ event: 0 }], rejected: 1, refused: [] })
  })

  /** A tail with one socket of its own clock. */
  const alone = async (stillMay: () => Promise<ReadonlySet<string>>) => {
    const clock = { at: 1_000 }
    const said: unknown[] = []
    let attachment: unknown
    const socket = {
      serializeAttachment: (value: unknown) => void (attachment = value),
      deserializeAttachment: () => attachment,
      send: (text: string) => void said.push(JSON.parse(text)),
      close: (code: number) => void said.push(code),
    }
    const state = {
      getWebSockets: () => (attachment ? [socket] : []),
      acceptWebSocket: (server: WebSocket) => {
        server.serializeAttachment = socket.serializeAttachment
      },
      setWebSocketAutoResponse: () => undefined,
    } as unknown as TailState
    const tail = new Tail(state, { now: () => clock.at, log: () => undefined }, stillMay)
    expect([tail.watches, tail.isOpen]).toEqual([false, false])
    tail.open(new Request('https://x/', { headers: { Upgrade: 'websocket', [WATCHER_HEADER]: 'u s' } }))
    expect([tail.watches, tail.isOpen]).toEqual([true, true])
    return { tail, clock, said }
  }
  const counts = { requests: 1, received: 0, duplicates: 0, rejected: {} }
  const commit = { seq: 1, committedAt: '', chunks: [], counts, shown: [] }

  it('ends after half an hour, so that access is asked for again, with and without events', async () => {
    const { tail, clock, said } = await alone(() => Promise.resolve(new Set(['s'])))
    const says = (n: number) => vi.waitUntil(() => said.length >= n)
    tail.show(commit)
    await says(1)
    clock.at += 30 * 60_000
    tail.show(commit)
    await says(2)
    await tail.look()
    expect(said).toEqual([expect.objectContaining({ seq: 1 }), expect.objectContaining({ seq: 1 })])
    clock.at += 1
    await tail.look()
    expect(said.slice(2)).toEqual([4_000])
    tail.show(commit)
    await says(4)
    await tail.look()
    expect(said.slice(2)).toEqual([4_000, 4_000, 4_000])
  })

  it('says that there is something, and not what, while nobody can be asked who may see it', async () => {
    const { tail, said } = await alone(() => Promise.reject(new Error('D1')))
    const refused = [{ code: 'bad_request' as const, text: 'secret', at: '' }]
    tail.show({ ...commit, shown: [{ event: 0, line: '{}', fate: { matched: 0, filtered: 0, reasons: {} } }], refused })
    await vi.waitUntil(() => said.length > 0)
    expect(said).toEqual([{ seq: 1, committedAt: '', archived: 0, rejected: 0, refused: [], duplicates: 0 }])
    expect(await tail.look()).toBe(true)
  })

  it('keeps only so many batches waiting for that', async () => {
    let answer: (allowed: ReadonlySet<string>) => void = () => undefined
    const late = new Promise<ReadonlySet<string>>((resolve) => void (answer = resolve))
    const { tail, said } = await alone(() => late)
    for (let n = 0; n < 1_000; n++) tail.show(commit)
    answer(new Set(['s']))
    await vi.waitUntil(() => said.length >= 20)
    await tail.look()
    expect(said).toHaveLength(20)
  })
})

describe('an event that is not accepted', () => {
  it('travels with its reason, without the write key, and is kept with its batch', async () => {
    const at = freshPlatform()
    const { id, writeKey } = await newSource(at)
    const watcher = await watch(id)
    const bad = { userId: 'u', type: 'track', properties: { long: 'x'.repeat(2_000) } }
    const batch = [bad, bad, bad, bad, bad]
    await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
    await send(at, '/v1/track', { body: JSON.stringify({ writeKey, userId: 'u' }) })
    await send(at, '/v1/track', {
      body: `{"writeKey":"${writeKey}","event":"Lost`,
      headers: { Authorization: `Basic ${btoa(`${writeKey}:`)}` },
    })
    const seen = () => watcher.told.reduce((n, { rejected }) => n + rejected, 0) === 7
    await vi.waitUntil(seen, { timeout: 10_000 })
    const { slices, next } = await intakeOf(env, id).page({ count: 500, only: 'rejected' })
    expect(next).toBeNull()
    const refused = slices.flatMap((slice) => slice.refused)
    expect(refused.length).toBeLessThanOrEqual(5)
    expect(refused.every(({ text }) => text.length <= 500)).toBe(true)
    expect(JSON.stringify(refused.slice(0, 4))).not.toContain(writeKey)
    expect(refused.map(({ code }) => code)).toContain('event_not_defined')
    expect(await archived(id)).toEqual([])
  })
})

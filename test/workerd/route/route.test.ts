import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { context } from '../../../src/context.ts'
import { intakeOf, laneOf } from '../../../src/wiring.ts'
import { bucketWith } from '../bucket.ts'
import { freshPlatform, newSource } from '../world.ts'
import { archived, batchOf, messageOf, router, sourceWithWebhook } from './rig.ts'

beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
})
afterEach(() => vi.restoreAllMocks())

const down = () => Promise.reject(new Error('R2 is down'))
const never = () => new Promise<never>(() => undefined)
/** An object that is too large to be read when it is opened, and then never ends. */
const endless = async () => ({ size: 4 * 1024 * 1024, body: { cancel: () => Promise.resolve() }, text: never })

describe('a routed batch', () => {
  it('is one object of the archive, in the log, owed to its lanes, and acknowledged', async () => {
    const { id, destination } = await sourceWithWebhook()
    const messages = [messageOf(batchOf(id, ['m1', 'm2'])), messageOf(batchOf(id, ['m3']))]
    await router()(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual(['ack', 'ack'])
    expect(await archived(id)).toEqual(['m1', 'm2', 'm3'])
    expect(await intakeOf(env, id).counters()).toMatchObject({ requests: 2, received: 3, archived: 3, duplicates: 0 })
    await vi.waitFor(
      async () => expect(await laneOf(env, destination).ledger()).toMatchObject({ accepted: 3, delivered: 3 }),
      15_000,
    )
  })

  it('describes itself in its metadata', async () => {
    const { id } = await sourceWithWebhook()
    await router()([messageOf(batchOf(id, ['m1', 'm2']))])
    const { objects } = await env.ARCHIVE.list({ prefix: `raw/${id}/`, include: ['customMetadata', 'httpMetadata'] })
    expect(objects[0]?.key).toMatch(
      new RegExp(`^raw/${id}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/\\d{13}-[0-9a-z]{12}\\.ndjson\\.gz$`),
    )
    expect(objects[0]?.customMetadata).toMatchObject({
      format: 'sluice-raw-1',
      source: id,
      count: '2',
    })
    expect(objects[0]?.customMetadata).not.toHaveProperty('chunks')
    expect(objects[0]?.httpMetadata).toMatchObject({ contentType: 'application/x-ndjson', contentEncoding: 'gzip' })
  })

  it('of several sources is kept apart', async () => {
    const at = freshPlatform()
    const [a, b] = [await newSource(at), await newSource(at)]
    await router()([
      messageOf(batchOf(a.id, ['a1'])),
      messageOf(batchOf(b.id, ['b1'])),
      messageOf(batchOf(a.id, ['a2'])),
    ])
    expect([await archived(a.id), await archived(b.id)]).toEqual([['a1', 'a2'], ['b1']])
  })

  it('drops repeats of an id, in the batch and across batches; the first one stays', async () => {
    const { id } = await newSource(freshPlatform())
    await router()([messageOf(batchOf(id, ['m1', 'm1', 'm2']))])
    await router()([messageOf(batchOf(id, ['m2', 'm3']))])
    expect(await archived(id)).toEqual(['m1', 'm2', 'm3'])
    expect(await intakeOf(env, id).counters()).toMatchObject({ received: 5, duplicates: 2, archived: 3 })
  })

  it('with nothing new writes no object and is counted all the same', async () => {
    const { id } = await newSource(freshPlatform())
    await router()([messageOf(batchOf(id, ['m1']))])
    const again = messageOf(batchOf(id, ['m1']))
    await router()([again])
    expect(again.outcome).toBe('ack')
    expect(await archived(id)).toEqual(['m1'])
    expect(await intakeOf(env, id).counters()).toMatchObject({ requests: 2, duplicates: 1 })
  })
})

describe('a step that fails', () => {
  it('archive not written: the message comes again, and nothing is doubled', async () => {
    const { id } = await newSource(freshPlatform())
    const body = batchOf(id, ['m1'])
    const first = messageOf(body, 3)
    await router({ env: { ARCHIVE: bucketWith({ put: down }) } })([first])
    expect(first.outcome).toEqual({ retryIn: 40 })
    expect(await archived(id)).toEqual([])
    const second = messageOf(body)
    await router()([second])
    expect([second.outcome, await archived(id)]).toEqual(['ack', ['m1']])
  })

  it('answer to the commit lost: it is asked once more', async () => {
    const { id } = await newSource(freshPlatform())
    let lost = 1
    const message = messageOf(batchOf(id, ['m1']))
    await router({
      intake: (real) => ({
        commit: async (commit) => {
          const reply = await real.commit(commit)
          if (lost-- > 0) throw new Error('lost reply')
          return reply
        },
      }),
    })([message])
    expect(message.outcome).toBe('ack')
    expect(await intakeOf(env, id).counters()).toMatchObject({ requests: 1, archived: 1 })
  })

  it('worker dies between commit and acknowledgement: the redelivery is recognised', async () => {
    const { id } = await newSource(freshPlatform())
    const body = batchOf(id, ['m1'])
    await router({
      intake: (real) => ({
        commit: async (commit) => {
          await real.commit(commit)
          throw new Error('gone')
        },
        release: () => Promise.resolve(),
      }),
    })([messageOf(body)])
    const again = messageOf(body)
    await router()([again])
    expect([again.outcome, await archived(id)]).toEqual(['ack', ['m1']])
    expect(await intakeOf(env, id).counters()).toMatchObject({ requests: 1, archived: 1, duplicates: 0 })
  })

  it('two routes at once: one commits, the other’s object goes', async () => {
    const { id } = await newSource(freshPlatform())
    const late = messageOf(batchOf(id, ['m1', 'm2'], { accept: 'late' }))
    let others = 1
    await router({
      intake: (real) => ({
        begin: async (claims) => {
          const begun = await real.begin(claims)
          // Between its begin and its commit another route commits one of its events.
          if (others-- > 0) await router()([messageOf(batchOf(id, ['m1']))])
          return begun
        },
      }),
    })([late])
    expect(late.outcome).toBe('ack')
    expect((await archived(id)).toSorted()).toEqual(['m1', 'm2'])
    expect(await intakeOf(env, id).counters()).toMatchObject({ received: 3, duplicates: 1, archived: 2 })
  })

  it('one request twice in a batch: the second waits', async () => {
    const { id } = await newSource(freshPlatform())
    const body = batchOf(id, ['m1'])
    const messages = [messageOf(body), messageOf(body)]
    await router()(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual(['ack', { retryIn: 10 }])
  })

  it('one source’s intake is out of reach: the others go on', async () => {
    const at = freshPlatform()
    const [bad, good] = [await newSource(at), await newSource(at)]
    const messages = [messageOf(batchOf(bad.id, ['b'])), messageOf(batchOf(good.id, ['g']))]
    await router({
      intake: (real) => ({
        begin: (claims) =>
          claims[0]?.accept === JSON.parse(String(messages[0]?.body).split('\n')[0]!).accept
            ? Promise.reject(new Error('down'))
            : real.begin(claims),
      }),
    })(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual([{ retryIn: 10 }, 'ack'])
  })

  it('one message of a source fails in every company: the others go on in this very batch', async () => {
    const { id } = await sourceWithWebhook()
    const messages = Array.from({ length: 9 }, (_, n) => messageOf(batchOf(id, [`p${n}`], { accept: `accept-${n}` })))
    const poisonous = router({
      intake: (real) => ({
        commit: (commit) =>
          commit.accepts.includes('accept-4') ? Promise.reject(new Error('too large')) : real.commit(commit),
      }),
    })
    await poisonous(messages)
    const outcomes = messages.map(({ outcome }) => outcome)
    expect(outcomes.toSpliced(4, 1)).toEqual(Array.from({ length: 8 }, () => 'ack'))
    expect(outcomes[4]).toMatchObject({ retryIn: 10 })
    expect(await intakeOf(env, id).counters()).toMatchObject({ requests: 8, archived: 8 })
  })

  it('a source that is out of reach is not asked once a message', async () => {
    const { id } = await sourceWithWebhook()
    const messages = Array.from({ length: 64 }, (_, n) => messageOf(batchOf(id, [`p${n}`])))
    let asked = 0
    await router({ intake: () => ({ begin: () => (asked++, Promise.reject(new Error('down'))) }) })(messages)
    expect(messages.every(({ outcome }) => outcome !== 'ack' && outcome !== undefined)).toBe(true)
    expect(asked).toBeLessThan(32)
  })

  it('one source’s intake never answers: the others are done all the same, and its messages come again', async () => {
    const at = freshPlatform()
    const [slow, quick] = [await newSource(at), await newSource(at)]
    const messages = [messageOf(batchOf(slow.id, ['s'], { accept: 'slow' })), messageOf(batchOf(quick.id, ['q']))]
    const never = new Promise<never>(() => undefined)
    const late: (() => void)[] = []
    const routed = router({
      // What is shorter than a source's minute passes: the others wait a moment for one that may share their object.
      ctx: {
        sleep: (ms) => new Promise((resolve) => void (ms < 60_000 ? setTimeout(resolve, ms) : late.push(resolve))),
      },
      intake: (real) => ({ begin: (claims) => (claims[0]?.accept === 'slow' ? never : real.begin(claims)) }),
    })(messages)
    await vi.waitFor(() => expect(messages[1]?.outcome).toBe('ack'), 10_000)
    expect(messages[0]?.outcome).toBeUndefined()
    for (const resolve of late) resolve()
    await routed
    expect(messages[0]?.outcome).toMatchObject({ retryIn: 10 })
    expect(await archived(quick.id)).toEqual(['q'])
  })

  it('waits ever longer, to a quarter of an hour', async () => {
    const { id } = await newSource(freshPlatform())
    const waits = []
    for (const attempts of [1, 2, 5, 8, 50]) {
      const message = messageOf(batchOf(id, ['m']), attempts)
      await router({ intake: () => ({ begin: () => Promise.reject(new Error('down')) }) })([message])
      waits.push(message.outcome)
    }
    expect(waits).toEqual([10, 20, 160, 900, 900].map((retryIn) => ({ retryIn })))
  })
})

describe('a message that cannot be read', () => {
  it.each([
    ['no text', { some: 'object' }],
    ['no JSON', 'not json'],
    ['no accept id', '{}'],
    ['half a head', '{"accept":"x"}'],
    ['a broken line', '{"accept":"x","source":"s","at":1,"rejected":{}}\n{"type":'],
    ['a line that is no object', '{"accept":"x","source":"s","at":1,"rejected":{}}\n[]'],
  ])('%s: is parked alone, and its neighbours go on', async (_, body) => {
    const { id } = await newSource(freshPlatform())
    const messages = [messageOf(body), messageOf(batchOf(id, ['m1']))]
    await router()(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual(['ack', 'ack'])
    expect(await archived(id)).toEqual(['m1'])
    const { objects } = await env.ARCHIVE.list({ prefix: 'parked/', include: ['customMetadata'] })
    expect(objects.length).toBeGreaterThan(0)
    await Promise.all(objects.map(({ key }) => env.ARCHIVE.delete(key)))
  })
})

it('a message that R2 never takes aside comes again, and what was handed out with it does not wait longer', async () => {
  const { id } = await newSource(freshPlatform())
  const messages = [messageOf('what nobody can read'), messageOf(batchOf(id, ['m']))]
  const put = (key: string, value: string, options?: R2PutOptions) =>
    key.startsWith('parked/') ? never() : env.ARCHIVE.put(key, value, options)
  const sleep = (ms: number) => context.sleep(ms / 20)
  await router({ env: { ARCHIVE: bucketWith({ put }) }, ctx: { sleep } })(messages)
  expect(messages.map((message) => message.outcome)).toEqual([{ retryIn: 10 }, 'ack'])
  expect(await archived(id)).toEqual(['m'])
})

describe('a batch in the inbox', () => {
  it('goes with all that its source is done with by one call, and stays when that fails', async () => {
    const { id } = await newSource(freshPlatform())
    const accepts = Array.from({ length: 30 }, () => crypto.randomUUID())
    for (const accept of accepts) await env.ARCHIVE.put(`inbox/${accept}`, batchOf(id, [accept], { accept }))
    const messages = () => accepts.map((accept) => messageOf(JSON.stringify({ accept, inbox: true })))
    const left = async () => (await env.ARCHIVE.list({ prefix: 'inbox/' })).objects.length
    const removed: (string | string[])[] = []
    const recording = (isDown: boolean) => {
      const remove = (keys: string | string[]) => {
        removed.push(keys)
        return isDown ? down() : env.ARCHIVE.delete(keys)
      }
      return { ARCHIVE: bucketWith({ delete: remove }) }
    }

    const first = messages()
    await router({ env: recording(true) })(first)
    expect([first.every(({ outcome }) => outcome === 'ack'), removed.length, await left()]).toEqual([true, 1, 30])
    // As the sweep brings them once more: they are known.
    const again = messages()
    await router({ env: recording(false) })(again)
    expect([again.every(({ outcome }) => outcome === 'ack'), removed.length, await left()]).toEqual([true, 2, 0])
    expect((await archived(id)).toSorted()).toEqual(accepts.toSorted())
  })

  it('is routed and removed, after its commit', async () => {
    const { id } = await newSource(freshPlatform())
    const accept = crypto.randomUUID()
    await env.ARCHIVE.put(`inbox/${accept}`, batchOf(id, ['m1'], { accept }))
    const failed = messageOf(JSON.stringify({ accept, inbox: true }))
    await router({ env: { ARCHIVE: bucketWith({ put: down }) } })([failed])
    expect(await env.ARCHIVE.head(`inbox/${accept}`)).not.toBeNull()
    const message = messageOf(JSON.stringify({ accept, inbox: true }))
    await router()([message])
    expect([message.outcome, await archived(id), await env.ARCHIVE.head(`inbox/${accept}`)]).toEqual([
      'ack',
      ['m1'],
      null,
    ])
  })

  it('is read under a budget: what is far too large for one isolate beside the others comes again unread', async () => {
    const { id } = await sourceWithWebhook()
    const deep = `${'['.repeat(480)}${']'.repeat(480)}`
    const lines = Array.from({ length: 130 }, (_, n) =>
      JSON.stringify({ type: 'track', messageId: `d${n}`, integrations: {}, context: {} }).replace(
        '{}}',
        `{"a":[${Array.from({ length: 33 }, () => deep).join()}]}}`,
      ),
    )
    const messages: ReturnType<typeof messageOf>[] = []
    let read = 0
    for (const accept of ['large-0', 'large-1', 'large-2']) {
      const head = { accept, source: id, at: Date.now(), rejected: {} }
      await env.ARCHIVE.put(`inbox/${accept}`, [JSON.stringify(head), ...lines].join('\n'))
      messages.push(messageOf(JSON.stringify({ accept, inbox: true })))
    }
    const get = (key: string) => {
      read++
      return env.ARCHIVE.get(key)
    }
    await router({ env: { ARCHIVE: bucketWith({ get }) } })(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual(['ack', { retryIn: 0 }, { retryIn: 0 }])
    // Opened to learn its size, and read once it was its turn.
    expect(read).toBe(4)
    await router()(messages.slice(1).map(({ body }) => messageOf(body)))
    expect((await archived(id)).length).toBe(130)
  })

  it('that is gone was done: its pointer is only acknowledged', async () => {
    const message = messageOf(JSON.stringify({ accept: 'gone', inbox: true }))
    await router()([message])
    expect(message.outcome).toBe('ack')
  })

  it('that R2 does not give comes again', async () => {
    const message = messageOf(JSON.stringify({ accept: 'x', inbox: true }))
    await router({ env: { ARCHIVE: bucketWith({ get: down }) } })([message])
    expect(message.outcome).toEqual({ retryIn: 10 })
  })

  it.each([
    ['that R2 never gives comes again', { get: never }, { retryIn: 10 }],
    ['whose text never ends comes again', { get: endless }, { retryIn: 10 }],
    ['whose removal never ends is acknowledged', { delete: never }, 'ack'],
  ])('%s, and what was handed out with it does not wait longer', async (_, methods, outcome) => {
    const { id } = await newSource(freshPlatform())
    const accept = crypto.randomUUID()
    await env.ARCHIVE.put(`inbox/${accept}`, batchOf(id, ['slow'], { accept }))
    const messages = [messageOf(JSON.stringify({ accept, inbox: true })), messageOf(batchOf(id, ['m']))]
    const waited: number[] = []
    const sleep = (ms: number) => (waited.push(ms), context.sleep(ms / 20))
    await router({ env: { ARCHIVE: bucketWith(methods) }, ctx: { sleep } })(messages)
    expect(messages.map((message) => message.outcome)).toEqual([outcome, 'ack'])
    expect(waited).toContain(20_000)
    expect(await archived(id)).toContain('m')
  })

  it('whose removal fails is acknowledged, and recognised when it comes again', async () => {
    const { id } = await newSource(freshPlatform())
    const accept = crypto.randomUUID()
    await env.ARCHIVE.put(`inbox/${accept}`, batchOf(id, ['m1'], { accept }))
    await router({ env: { ARCHIVE: bucketWith({ delete: down }) } })([
      messageOf(JSON.stringify({ accept, inbox: true })),
    ])
    expect(await env.ARCHIVE.head(`inbox/${accept}`)).not.toBeNull()
    await router()([messageOf(JSON.stringify({ accept, inbox: true }))])
    expect([await archived(id), await env.ARCHIVE.head(`inbox/${accept}`)]).toEqual([['m1'], null])
  })
})

describe('a batch accepted while settings could not be read', () => {
  it('finds its source by the write key', async () => {
    const { id, writeKey } = await newSource(freshPlatform())
    const message = messageOf(batchOf(null, ['m1'], { writeKey }))
    await router()([message])
    expect([message.outcome, await archived(id)]).toEqual(['ack', ['m1']])
    const found = await intakeOf(env, id).find('m1')
    const object = await env.ARCHIVE.get(found!.key)
    const { gunzipSync } = await import('node:zlib')
    expect(gunzipSync(new Uint8Array(await object!.arrayBuffer())).toString()).toContain(`"projectId":"${id}"`)
  })

  it('is dropped when nobody has that key', async () => {
    const message = messageOf(batchOf(null, ['m1'], { writeKey: 'nobody' }))
    await router()([message])
    expect(message.outcome).toBe('ack')
  })

  it('waits while settings still cannot be read', async () => {
    const down = { prepare: () => ({ bind: () => ({ raw: () => Promise.reject(new Error('D1 is down')) }) }) }
    const message = messageOf(batchOf(null, ['m1'], { writeKey: 'k' }))
    await router({ env: { DB: down as unknown as D1Database } })([message])
    expect(message.outcome).toEqual({ retryIn: 10 })
  })
})

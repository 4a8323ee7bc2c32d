import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it } from 'vitest'
import { acceptTime, decodeGroup, encodeGroup } from '../../../src/archive/index.ts'
import { bucketWith } from '../bucket.ts'
import { freshPlatform, newSource } from '../world.ts'
import { archived, batchOf, messageOf, router } from './rig.ts'

const AT = Date.UTC(2030, 0, 1)
const ID = `${AT.toString(16).padStart(12, '0')}-0123456789abcdef0123`

afterEach(async () => {
  for (const prefix of ['inbox/', 'parked/']) {
    const { objects } = await env.ARCHIVE.list({ prefix })
    await env.ARCHIVE.delete(objects.map(({ key }) => key))
  }
})

/** Batches that share an object, and the message that points to it. */
async function group(...texts: string[]) {
  await env.ARCHIVE.put(`inbox/${ID}`, encodeGroup(texts))
  return messageOf(JSON.stringify({ accept: ID, inbox: true }))
}

/** Ids of what waits in the inbox. */
async function waiting(): Promise<string[]> {
  return (await env.ARCHIVE.list({ prefix: 'inbox/' })).objects.map(({ key }) => key.slice('inbox/'.length))
}

function recording() {
  const sent: { body: string; delaySeconds: number | undefined }[] = []
  const send = (body: string, options?: QueueSendOptions) => {
    sent.push({ body, delaySeconds: options?.delaySeconds })
    return Promise.resolve()
  }
  return { EVENTS: { send } as unknown as Queue<string>, sent }
}

const down = () => Promise.reject(new Error('down'))

describe('a group in the inbox', () => {
  it('is routed whole, each batch to its source, and goes when all of it is committed', async () => {
    const at = freshPlatform()
    const [a, b] = [await newSource(at), await newSource(at)]
    const message = await group(
      batchOf(a.id, ['a1', 'a2']),
      batchOf(b.id, ['b1']),
      batchOf(a.id, ['a3']),
      batchOf(b.id, []),
    )
    await router()([message])
    expect([message.outcome, await archived(a.id), await archived(b.id), await waiting()]).toEqual([
      'ack',
      ['a1', 'a2', 'a3'],
      ['b1'],
      [],
    ])
  })

  it('of which one source fails: the others are done, and what is left goes on by itself, as old as it was', async () => {
    const at = freshPlatform()
    const [good, bad] = [await newSource(at), await newSource(at)]
    const left = [batchOf(bad.id, ['x1'], { accept: 'bad-1' }), batchOf(bad.id, ['x2'], { accept: 'bad-2' })]
    const message = await group(batchOf(good.id, ['g1']), ...left)
    const { EVENTS, sent } = recording()
    await router({
      env: { EVENTS },
      intake: (real) => ({ begin: (claims) => (claims[0]?.accept.startsWith('bad') ? down() : real.begin(claims)) }),
    })([message])
    expect([message.outcome, await archived(good.id), await archived(bad.id)]).toEqual(['ack', ['g1'], []])
    const [rest = ''] = await waiting()
    expect(await waiting()).toHaveLength(1)
    expect(rest).not.toBe(ID)
    expect(acceptTime(rest)).toBe(AT)
    expect(decodeGroup((await (await env.ARCHIVE.get(`inbox/${rest}`))?.text()) ?? '')).toEqual(left)
    expect(sent).toEqual([{ body: JSON.stringify({ accept: rest, inbox: true }), delaySeconds: 10 }])
    const again = messageOf(sent[0]?.body)
    await router()([again])
    expect([again.outcome, await archived(bad.id), await waiting()]).toEqual(['ack', ['x1', 'x2'], []])
  })

  it('of which all fail comes again whole', async () => {
    const { id } = await newSource(freshPlatform())
    const message = await group(batchOf(id, ['m1']), batchOf(id, ['m2']))
    await router({ intake: () => ({ begin: down }) })([message])
    expect([message.outcome, await waiting()]).toEqual([{ retryIn: 10 }, [ID]])
    await router()([messageOf(message.body)])
    expect([await archived(id), await waiting()]).toEqual([['m1', 'm2'], []])
  })

  it('that cannot be parted comes again whole, and what was done is known', async () => {
    const at = freshPlatform()
    const [good, bad] = [await newSource(at), await newSource(at)]
    const message = await group(batchOf(good.id, ['g1'], { accept: 'g' }), batchOf(bad.id, ['x1'], { accept: 'x' }))
    const put = (key: string, body: string) => (key.startsWith('inbox/') ? down() : env.ARCHIVE.put(key, body))
    const failing = router({
      env: { ARCHIVE: bucketWith({ put }) },
      intake: (real) => ({ begin: (claims) => (claims[0]?.accept === 'x' ? down() : real.begin(claims)) }),
    })
    await failing([message])
    expect([message.outcome, await waiting()]).toEqual([{ retryIn: 10 }, [ID]])
    const again = messageOf(message.body)
    await router()([again])
    expect([again.outcome, await archived(good.id), await archived(bad.id), await waiting()]).toEqual([
      'ack',
      ['g1'],
      ['x1'],
      [],
    ])
  })

  it('has a batch that cannot be read: that is parked alone', async () => {
    const { id } = await newSource(freshPlatform())
    const broken = '{"accept":"broken","source":"s","at":1,"rejected":{}}\n{"type":'
    const message = await group(batchOf(id, ['m1']), broken, 'no head', 'none here either', batchOf(id, ['m2']))
    await router()([message])
    expect([message.outcome, await archived(id), await waiting()]).toEqual(['ack', ['m1', 'm2'], []])
    const { objects } = await env.ARCHIVE.list({ prefix: 'parked/' })
    expect(objects.map(({ key }) => key)).toEqual([`parked/${ID}-2`, `parked/${ID}-3`, 'parked/broken'])
    expect(await (await env.ARCHIVE.get('parked/broken'))?.text()).toBe(broken)
  })

  it('that comes twice at once is routed once', async () => {
    const { id } = await newSource(freshPlatform())
    const texts = [batchOf(id, ['m1'], { accept: 'a1' }), batchOf(id, ['m2'], { accept: 'a2' })]
    const messages = [await group(...texts), await group(...texts)]
    await router()(messages)
    expect([messages.map(({ outcome }) => outcome), await archived(id), await waiting()]).toEqual([
      ['ack', { retryIn: 10 }],
      ['m1', 'm2'],
      [],
    ])
  })
})

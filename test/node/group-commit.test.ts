import { describe, expect, it } from 'vitest'
import { context } from '../../src/context.ts'
import { groupCommits, type Storable } from '../../src/ingest/index.ts'
import { decodeGroup } from '../../src/archive/index.ts'
import { turn, VirtualClock } from '../platform/clock.ts'

/** A put that a test ends. */
interface Put {
  key: string
  batches: string[]
  end(error?: Error): Promise<void>
}

function desk(of: 'inbox' | 'messages' = 'inbox') {
  const clock = new VirtualClock()
  const puts: Put[] = []
  const put = (key: string, text: string) =>
    new Promise<void>((resolve, reject) => {
      const end = async (error?: Error) => {
        if (error) reject(error)
        else resolve()
        await turn()
      }
      puts.push({ key, batches: decodeGroup(text), end })
    })
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  const ctx = { ...context, now: () => clock.now, sleep }
  const send = (text: string) => put('message', text)
  const deps = { queue: { send } as unknown as Queue<string>, archive: { put } as unknown as R2Bucket }
  const groups: { store(batch: Storable): Promise<unknown> } = groupCommits({ ctx, ...deps })[of]
  const said: string[] = []
  const store = async (accept: string, bytes = 10) => {
    const done = groups.store({ accept, text: `batch ${accept}`, bytes }).then(
      (id) =>
        said.push(id === undefined ? `${accept} stored` : `${accept} has put ${id === accept ? 'itself' : 'a group'}`),
      (error: Error) => said.push(`${accept} failed: ${error.message}`),
    )
    void done
    await turn()
  }
  const pass = async (ms: number) => {
    await clock.runFor(ms)
    await turn()
  }
  return { puts, said, store, pass }
}

const held = (puts: readonly Put[]) =>
  puts.map(({ batches }) => batches.map((text) => text.slice('batch '.length)).join())

describe('group commit', () => {
  it('puts at once what comes alone, under its own id', async () => {
    const { puts, said, store } = desk()
    await store('a')
    expect(puts.map(({ key, batches }) => [key, batches])).toEqual([['inbox/a', ['batch a']]])
    expect(said).toEqual([])
    await puts[0]?.end()
    expect(said).toEqual(['a has put itself'])
  })

  it('puts together what comes while two puts are under way, under an id of its own', async () => {
    const { puts, said, store } = desk()
    for (const one of 'abcde') await store(one)
    expect(held(puts)).toEqual(['a', 'b'])
    await puts[0]?.end()
    expect(held(puts)).toEqual(['a', 'b', 'c,d,e'])
    expect(puts[2]?.key).toMatch(/^inbox\/[0-9a-f]{12}-[0-9a-f]{20}$/)
    expect(said).toEqual(['a has put itself'])
    await puts[2]?.end()
    expect(said.toSorted()).toEqual(['a has put itself', 'c has put a group', 'd stored', 'e stored'])
  })

  it('holds a megabyte in a group at most, in the order in which they came, and what fills it waits for nobody', async () => {
    const { puts, store } = desk()
    for (const one of 'abcd') await store(one, 400_000)
    expect(held(puts)).toEqual(['a', 'b'])
    await store('e', 400_000)
    expect(held(puts)).toEqual(['a', 'b', 'c,d'])
    for (const one of 'fg') await store(one, 400_000)
    expect(held(puts)).toEqual(['a', 'b', 'c,d', 'e,f'])
    for (const put of puts) await put.end()
    expect(held(puts)).toEqual(['a', 'b', 'c,d', 'e,f', 'g'])
  })

  it('fails for all when its put fails, and goes on with those who came later', async () => {
    const { puts, said, store } = desk()
    for (const one of 'abcd') await store(one)
    await puts[0]?.end()
    await store('e')
    await puts[2]?.end(new Error('R2 is down'))
    expect(held(puts)).toEqual(['a', 'b', 'c,d', 'e'])
    expect(said.toSorted()).toEqual(['a has put itself', 'c failed: R2 is down', 'd failed: R2 is down'])
  })

  it('whoever waits for a put of which nothing is heard for two seconds puts it anew, and that put counts', async () => {
    const { puts, said, store, pass } = desk()
    for (const one of 'abcd') await store(one)
    await puts[0]?.end()
    await pass(1_900)
    expect(held(puts)).toEqual(['a', 'b', 'c,d'])
    await pass(200)
    expect(held(puts)).toEqual(['a', 'b', 'c,d', 'd,c'])
    // What was lost fails late, and says nothing of what was put since.
    await puts[2]?.end(new Error('too late'))
    await puts[3]?.end()
    expect(said.toSorted()).toEqual(['a has put itself', 'c failed: too late', 'd has put a group'])
  })

  it('a put that was only slow counts for those who have not put it anew', async () => {
    const { puts, said, store, pass } = desk()
    for (const one of 'abcde') await store(one)
    await puts[0]?.end()
    await pass(2_100)
    await puts[2]?.end()
    expect(said.toSorted()).toEqual(['a has put itself', 'c has put a group', 'e stored'])
    await puts[3]?.end()
    expect(said).toContain('d has put a group')
  })

  it('of which nothing is heard for ten seconds fails', async () => {
    const { said, store, pass } = desk()
    await store('a')
    await pass(10_100)
    expect(said).toEqual(['a failed: no answer within 10000 ms'])
  })

  it('puts that hang keep nobody from the next', async () => {
    const { puts, store, pass } = desk()
    await store('a')
    await store('b')
    await pass(2_100)
    await store('c')
    expect(held(puts)).toEqual(['a', 'b', 'c'])
  })

  it('has messages of 63 000 bytes at most, which one unit of a queue’s bill holds', async () => {
    const { puts, store } = desk('messages')
    for (const one of 'abcde') await store(one, 20_000)
    expect(held(puts)).toEqual(['a', 'b'])
    await store('f', 20_000)
    expect(held(puts)).toEqual(['a', 'b', 'c,d,e'])
    expect(puts.map(({ key }) => key)).toEqual(['message', 'message', 'message'])
  })

  it('sends a message that is larger by itself: it waits for nobody, and nobody for it', async () => {
    const { puts, store } = desk('messages')
    for (const one of 'abc') await store(one, 100_000)
    for (const one of 'defg') await store(one, 10)
    expect(held(puts)).toEqual(['a', 'b', 'c', 'd', 'e'])
    await puts[3]?.end()
    expect(held(puts)).toEqual(['a', 'b', 'c', 'd', 'e', 'f,g'])
  })

  it.each([
    ['refuses', (put: Put) => put.end(new Error('Queue is overloaded')), 0],
    ['takes longer than two seconds', () => Promise.resolve(), 2_100],
  ])('fails for all of a message when the queue %s', async (_, answer, ms) => {
    const { puts, said, store, pass } = desk('messages')
    for (const one of 'abcd') await store(one)
    await puts[0]?.end()
    const [, , third] = puts
    if (third) await answer(third)
    await pass(ms)
    expect(said.filter((line) => /^[cd]/.test(line)).toSorted()).toEqual([
      'c failed: the queue has not taken it',
      'd failed: the queue has not taken it',
    ])
  })
})

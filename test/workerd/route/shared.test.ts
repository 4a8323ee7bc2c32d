import { env } from 'cloudflare:workers'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { listShared, readLines, writeShared } from '../../../src/archive/index.ts'
import { type IntakeRemote, removeSharedOrphans } from '../../../src/intake/index.ts'
import { intakeOf } from '../../../src/wiring.ts'
import { bucketWith } from '../bucket.ts'
import { freshPlatform, newSource } from '../world.ts'
import { archived, batchOf, messageOf, router } from './rig.ts'

const HOUR = 3_600_000

async function sources(count: number): Promise<string[]> {
  const at = freshPlatform()
  const all: string[] = []
  while (all.length < count) all.push((await newSource(at)).id)
  return all
}

/** The shared objects that name a source. */
async function objectsOf(source: string) {
  const { objects } = await listShared(env.ARCHIVE)
  return objects.filter(({ shares }) => shares.some((share) => share.source === source))
}

async function keysAlone(source: string): Promise<number> {
  return (await env.ARCHIVE.list({ prefix: `raw/${source}/` })).objects.length
}

/** A pass as of hours later. */
function pass(hours: number) {
  const deps = { archive: env.ARCHIVE, intake: (source: string) => intakeOf(env, source), after: undefined }
  return removeSharedOrphans({ ...deps, until: Date.now() + hours * HOUR, pages: 10, staleMs: 600_000 })
}

describe('small batches of several sources', () => {
  it('are one object, which says what it has, and each is read without the others', async () => {
    const [a = '', b = ''] = await sources(2)
    const messages = [messageOf(batchOf(a, ['a1', 'a2'])), messageOf(batchOf(b, ['b1'])), messageOf(batchOf(a, ['a3']))]
    await router()(messages)
    expect(messages.map(({ outcome }) => outcome)).toEqual(['ack', 'ack', 'ack'])
    const [object, ...others] = await objectsOf(a)
    expect([others, await keysAlone(a), await keysAlone(b)]).toEqual([[], 0, 0])
    const key = object?.key ?? ''
    expect(key).toMatch(/^raw\/shared\/\d{4}\/\d\d\/\d\d\/\d\d\/\d{13}-[0-9a-z]{12}\.ndjson\.gz$/)
    const stored = await env.ARCHIVE.get(key)
    expect(stored?.customMetadata).toMatchObject({
      format: 'sluice-shared-1',
      count: '4',
      shares: expect.stringMatching(new RegExp(`^${a}:\\S+:3,${b}:\\S+:1$`)),
    })
    // As a whole it is a gzip file.
    expect(
      gunzipSync(new Uint8Array(await stored!.arrayBuffer()))
        .toString()
        .split('\n'),
    ).toHaveLength(5)
    expect([await archived(a), await archived(b)]).toEqual([['a1', 'a2', 'a3'], ['b1']])
    const found = await intakeOf(env, b).find('b1')
    expect(found).toMatchObject({ key, event: 0 })
    expect(await readLines(env.ARCHIVE, key, found?.chunks ?? [])).toHaveLength(1)
  })

  it('leave a large one and a single one alone', async () => {
    const [large = '', small = ''] = await sources(2)
    const many = Array.from({ length: 1_700 }, (_, n) => `large-${n}-${'x'.repeat(60)}`)
    await router()([messageOf(batchOf(large, many)), messageOf(batchOf(small, ['s1']))])
    expect([await keysAlone(large), await keysAlone(small)]).toEqual([1, 1])
  })

  it('are apart where one is refused: it is routed again, alone, and what it shared stays for the others', async () => {
    const [a = '', b = ''] = await sources(2)
    let refusals = 1
    const refusing = router({
      intake: (real) => ({
        commit: (commit): ReturnType<IntakeRemote['commit']> =>
          commit.accepts[0] === 'refused' && refusals-- > 0 ? Promise.resolve('conflict') : real.commit(commit),
      }),
    })
    await refusing([messageOf(batchOf(a, ['a1'], { accept: 'refused' })), messageOf(batchOf(b, ['b1']))])
    expect([await archived(a), await archived(b)]).toEqual([['a1'], ['b1']])
    expect([await keysAlone(a), (await objectsOf(b)).length]).toEqual([1, 1])
  })

  it('leave nothing where all are refused', async () => {
    const [a = '', b = ''] = await sources(2)
    const left = new Map([
      ['a', 1],
      ['b', 1],
    ])
    const refusing = router({
      intake: (real) => ({
        commit: (commit): ReturnType<IntakeRemote['commit']> => {
          const accept = commit.accepts[0] ?? ''
          const refusals = left.get(accept) ?? 0
          left.set(accept, refusals - 1)
          return refusals > 0 ? Promise.resolve('conflict') : real.commit(commit)
        },
      }),
    })
    await refusing([messageOf(batchOf(a, ['a1'], { accept: 'a' })), messageOf(batchOf(b, ['b1'], { accept: 'b' }))])
    expect([await archived(a), await archived(b), await objectsOf(a)]).toEqual([['a1'], ['b1'], []])
  })

  it('are apart when R2 does not take them together', async () => {
    const [a = '', b = ''] = await sources(2)
    const put = (key: string, ...rest: [Uint8Array, R2PutOptions]) =>
      key.startsWith('raw/shared/') ? Promise.reject(new Error('R2 is down')) : env.ARCHIVE.put(key, ...rest)
    await router({ env: { ARCHIVE: bucketWith({ put }) } })([
      messageOf(batchOf(a, ['a1'])),
      messageOf(batchOf(b, ['b1'])),
    ])
    expect([await archived(a), await archived(b)]).toEqual([['a1'], ['b1']])
    expect([await keysAlone(a), await keysAlone(b)]).toEqual([1, 1])
  })
})

it('a hundred sources fit in the metadata of an object', async () => {
  const share = (n: number) => ({
    source: `src_${String(n).padStart(20, '0')}`,
    batch: `${Date.now()}-${String(n).padStart(12, '0')}`,
    firstReceivedAt: new Date().toISOString(),
    lastReceivedAt: new Date().toISOString(),
    lines: Array.from({ length: 1_000 }, (_, at) => `{"n":${at}}`),
  })
  const shares = Array.from({ length: 100 }, (_, n) => share(n))
  const { key, chunks } = await writeShared(env.ARCHIVE, `${Date.now()}-000000000000`, shares)
  expect((await objectsOf(share(99).source))[0]?.shares).toHaveLength(100)
  const lines = await Promise.all([0, 50, 99].map((at) => readLines(env.ARCHIVE, key, chunks[at] ?? [])))
  expect(lines.map((one) => one?.length)).toEqual([1_000, 1_000, 1_000])
  await env.ARCHIVE.delete(key)
})

describe('a shared object that', () => {
  it('one log has, whichever, stays; what no log has goes, when it is old enough', async () => {
    const [a = '', b = ''] = await sources(2)
    await router()([messageOf(batchOf(a, ['a1'])), messageOf(batchOf(b, ['b1']))])
    const [needed] = await objectsOf(a)
    // As of a route that died before its commits, and of one of which the last source alone has committed.
    const now = Date.now()
    const facts = { firstReceivedAt: '', lastReceivedAt: '', lines: ['{}'] }
    const dead = (source: string, name: string) => ({ source, batch: `${now}-${name}`, ...facts })
    const orphan = await writeShared(env.ARCHIVE, `${now}-orphan000000`, [
      dead(a, 'dead00000001'),
      dead(b, 'dead00000002'),
    ])
    const commit = {
      accepts: ['late'],
      ids: new Uint32Array(2),
      routes: {},
      counts: { requests: 1, received: 1, duplicates: 0, rejected: {} },
    }
    const half = await writeShared(env.ARCHIVE, `${now}-half00000000`, [
      dead(a, 'half00000001'),
      dead(b, 'half00000002'),
    ])
    const { lines: _, source: __, ...late } = dead(b, 'half00000002')
    expect(await intakeOf(env, b).commit({ ...late, ...commit, key: half.key, chunks: half.chunks[1] ?? [] })).toBe(
      'ok',
    )
    expect(await pass(-1)).toMatchObject({ removed: 0 })
    expect(await pass(1)).toMatchObject({ removed: 1, unknown: 0, more: false })
    const left = new Set((await objectsOf(a)).map(({ key }) => key))
    expect([needed?.key ?? '', half.key, orphan.key].map((key) => left.has(key))).toEqual([true, true, false])
  })

  it('a log could not be asked for stays', async () => {
    const [a = ''] = await sources(1)
    const facts = {
      source: a,
      batch: `${Date.now()}-dead00000003`,
      firstReceivedAt: '',
      lastReceivedAt: '',
      lines: ['{}'],
    }
    const { key } = await writeShared(env.ARCHIVE, `${Date.now()}-away00000000`, [facts])
    const intake = () => ({ log: () => Promise.reject(new Error('away')) })
    const until = Date.now() + HOUR
    const gone = await removeSharedOrphans({
      archive: env.ARCHIVE,
      intake,
      after: undefined,
      until,
      pages: 1,
      staleMs: 600_000,
    })
    expect(gone.removed).toBe(0)
    expect(gone.unknown).toBeGreaterThan(0)
    expect(await env.ARCHIVE.head(key)).not.toBeNull()
    expect(await pass(1)).toMatchObject({ removed: 1 })
  })
})

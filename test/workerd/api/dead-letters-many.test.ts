import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bucketWith } from '../bucket.ts'
import { ADMIN, execution, freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination } from './client.ts'

interface Listed {
  deadLetters: { id: number; payloads: unknown[] }[]
  looked: number
  pagination: { next?: string }
}

/** A letter each, of an event each; what the first one says is in the archive once, read for every letter. */
const LETTERS = 5_200

let reads = 0
const counted = (key: string, options?: R2GetOptions) => {
  reads++
  return env.ARCHIVE.get(key, options)
}
const at = freshPlatform({ env: { ARCHIVE: bucketWith({ get: counted }) } })
let id = ''

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('', { status: 400 })))
  const { id: source, writeKey } = await newSource(at)
  id = (await newDestination(at, source)).id
  const event = { writeKey, userId: 'ada', event: 'Paid', messageId: 'm' }
  await send(at, '/v1/track', { body: JSON.stringify(event) })
  const letters = async () => (await ask<Listed>(at, 'GET', `/api/destinations/${id}/dead-letters`)).deadLetters
  await vi.waitUntil(async () => (await letters()).length === 1, { timeout: 15_000 })
  await runInDurableObject(env.LANE.getByName(id), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO dead (id, body) SELECT id - i, json_set(body, '$.id', id - i, '$.key', json_extract(body, '$.key') || CASE i % 3 WHEN 0 THEN '' ELSE '-gone' END)
       FROM dead, n`,
      LETTERS - 1,
    )
  })
}, 30_000)

const get = (path: string) =>
  at.http.fetch(new Request(`https://sluice.test/api/destinations/${id}/${path}`, { headers: ADMIN }), env, execution())

describe('a list that has to look into payloads', () => {
  it('looks at a bounded number of letters, says how many, and goes on where it stopped', async () => {
    let [looked, pages] = [0, 0]
    for (let next: string | undefined = ''; next !== undefined; pages++) {
      reads = 0
      const page: Listed = await ask<Listed>(at, 'GET', `/api/destinations/${id}/dead-letters?event=Nothing${next}`)
      expect(page.deadLetters).toEqual([])
      expect(reads).toBeLessThanOrEqual(300)
      looked += page.looked
      const { next: cursor } = page.pagination
      next = cursor === undefined ? undefined : `&pagination[cursor]=${cursor}`
    }
    expect([looked, pages]).toEqual([LETTERS, Math.ceil(LETTERS / 300)])
  })

  it('stops when it has found enough', async () => {
    reads = 0
    const page = await ask<Listed>(at, 'GET', `/api/destinations/${id}/dead-letters?event=Paid&pagination[count]=5`)
    expect(page.deadLetters).toHaveLength(5)
    expect(page.pagination.next).toBeDefined()
    expect(reads).toBeLessThan(30)
  })
})

describe('a file', () => {
  const linesOf = async (path: string) => {
    const reply = await get(path)
    const text = new TextDecoder().decode(await reply.arrayBuffer())
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { id?: number; next?: string })
  }

  it('has five thousand letters and a cursor, with which the next one goes on', async () => {
    const first = await linesOf('dead-letters.ndjson')
    const { next } = first.pop() ?? {}
    const second = await linesOf(`dead-letters.ndjson?pagination[cursor]=${next}`)
    const ids = [...first, ...second].map(({ id: one }) => one)
    expect([second.at(-1)?.next, ids.length, new Set(ids).size]).toEqual([undefined, LETTERS, LETTERS])
    expect(first.length).toBeLessThanOrEqual(5_040)
  })

  it('is read while it is taken, and no further when nobody wants it', async () => {
    reads = 0
    const reply = await get('dead-letters.ndjson')
    const reader = reply.body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toContain('"payload"')
    await reader.cancel()
    await new Promise((done) => setTimeout(done, 300))
    expect(reads).toBeLessThanOrEqual(20)
  })
})

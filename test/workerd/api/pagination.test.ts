import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../src/integrations/index.ts'
import { cursorOf } from '../../../src/settings/index.ts'
import { freshPlatform, newSource } from '../world.ts'
import { ask, newDestination, newIntegration, otherWorkspace, type Pagination, refusal } from './client.ts'

/** From the beginning. */
const FIRST = cursorOf({ after: [] })
/** After everything. */
const BEYOND = cursorOf({ after: [1e15] })

type Listed = Record<string, { id: string }[]> & { pagination: Pagination }

const at = freshPlatform()
/** Where `:source` stands in a path. */
let source = ''

beforeAll(async () => {
  for (let i = 0; i < 5; i++) source = (await newSource(at)).id
  for (let i = 0; i < 5; i++) await newDestination(at, source)
  for (let i = 0; i < 4; i++) await newIntegration(at)
})

const list = async (path: string, name: string, query: string) => {
  const { [name]: items, pagination } = await ask<Listed>(at, 'GET', `${path.replace(':source', source)}?${query}`)
  return { ids: (items ?? []).map(({ id }) => id), pagination }
}

describe.each([
  ['/api/sources', 'sources', 5],
  ['/api/destinations', 'destinations', 5],
  ['/api/catalog/destinations', 'destinationsCatalog', BUILT_IN.length + 4],
  ['/api/sources/:source/connected-destinations', 'destinations', 5],
])('%s', (path, name, size) => {
  it('has one page when it fits', async () => {
    const { ids, pagination } = await list(path, name, '')
    expect(ids).toHaveLength(size)
    expect(pagination).toEqual({ current: FIRST, totalEntries: size })
  })

  it('is walked forwards and backwards by its cursors', async () => {
    const all = await list(path, name, '')
    const count = Math.ceil(size / 3)
    const first = await list(path, name, `pagination[count]=${count}`)
    expect(first.pagination).toEqual({ current: FIRST, next: expect.any(String), totalEntries: size })
    const second = await list(path, name, `pagination[count]=${count}&pagination[cursor]=${first.pagination.next}`)
    const third = await list(path, name, `pagination[count]=${count}&pagination[cursor]=${second.pagination.next}`)
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(all.ids)
    expect(new Set(all.ids).size).toBe(size)
    expect(third.pagination).toEqual({
      current: second.pagination.next,
      previous: expect.any(String),
      totalEntries: size,
    })
    const back = await list(path, name, `pagination[count]=${count}&pagination[cursor]=${third.pagination.previous}`)
    expect(back.ids).toEqual(second.ids)
    const start = await list(path, name, `pagination[count]=${count}&pagination[cursor]=${back.pagination.previous}`)
    expect([start.ids, start.pagination.previous]).toEqual([first.ids, undefined])
  })

  it('has no further page when the last one is full', async () => {
    const { ids, pagination } = await list(path, name, `pagination[count]=${size}`)
    expect([ids.length, pagination]).toEqual([size, { current: FIRST, totalEntries: size }])
  })

  it('takes the brackets as clients encode them', async () => {
    expect((await list(path, name, `pagination%5Bcount%5D=1&pagination%5Bcursor%5D=${FIRST}`)).ids).toHaveLength(1)
  })

  it('is empty beyond its end', async () => {
    const { ids, pagination } = await list(path, name, `pagination[cursor]=${BEYOND}`)
    expect([ids, pagination.next, pagination.totalEntries]).toEqual([[], undefined, size])
  })
})

describe.each([
  '/api/sources',
  '/api/destinations',
  '/api/catalog/destinations',
  '/api/catalog/sources',
  '/api/sources/:source/connected-destinations',
])('%s refuses', (path) => {
  const refused = (query: string) => refusal(at, 'GET', `${path.replace(':source', source)}?${query}`)

  it.each(['0', '-1', '201', '1.5', 'ten', '', 'NaN', 'Infinity', '1e9'])('a count of %j', async (count) => {
    expect(await refused(`pagination[count]=${count}`)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: ['pagination.count: A page has 1 to 200 entries.'],
    })
  })

  it.each([
    '',
    'o50',
    '5',
    'a',
    'b',

    'bW10',
    'ae30',
    'ab25seQ',
    `a${'W'.repeat(2_000)}`,
    'o1 OR 1=1',
    'b2Zmc2V0',
  ])('the cursor %j', async (cursor) => {
    expect(await refused(`pagination[cursor]=${encodeURIComponent(cursor)}`)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [
        'pagination.cursor: This cursor is not one of ours. Begin without one, and go on with those that the answers give.',
      ],
    })
  })
})

it('gives the largest page', async () => {
  expect((await list('/api/sources', 'sources', 'pagination[count]=200')).ids).toHaveLength(5)
})

it('counts what belongs to the workspace only', async () => {
  const { headers } = await otherWorkspace()
  const { sources, pagination } = await ask<Listed>(at, 'GET', '/api/sources', undefined, headers)
  expect([sources, pagination]).toEqual([[], { current: FIRST, totalEntries: 0 }])
})

describe('other ways to page', () => {
  it.each([
    '/api/sources?count=5',
    '/api/destinations?offset=3',
    '/api/sources/:source/events?before=1.2',
    '/api/sources/:source/events?count=5',
    '/api/audit-events?page=2',
  ])('%s is told the one there is', async (path) => {
    const [name = ''] = /(?<=\?)\w+/.exec(path) ?? []
    expect((await refusal(at, 'GET', path.replace(':source', source))).problems).toEqual([
      `${name}: Lists are paged by pagination[count] and pagination[cursor].`,
    ])
  })
})

describe.each([
  ['/api/sources', 'sources'],
  ['/api/destinations', 'destinations'],
  ['/api/catalog/destinations', 'destinationsCatalog'],
  ['/api/tokens', 'tokens'],
])('while %s changes', (path, name) => {
  const remove = async (id: string) => {
    const table = {
      sources: 'sources',
      destinations: 'destinations',
      destinationsCatalog: 'integrations',
      tokens: 'api_tokens',
    }[name]
    await env.DB.prepare(`DELETE FROM ${table} WHERE id = ?`).bind(id).run()
  }
  const make = async () => {
    if (name === 'sources') return (await newSource(at)).id
    if (name === 'destinations') return (await newDestination(at, (await newSource(at)).id)).id
    if (name === 'tokens')
      return (await ask<{ token: { id: string } }>(at, 'POST', '/api/tokens', { name: 't' })).token.id
    return (await newIntegration(at)).id
  }

  it.each([1, 2, 3])('no entry is left out or comes twice, %i a page', async (count) => {
    for (let i = 0; i < 7; i++) await make()
    const before = new Set((await list(path, name, 'pagination[count]=200')).ids)
    const seen: string[] = []
    const gone = new Set<string>()
    let cursor = FIRST
    for (;;) {
      const { ids, pagination } = await list(path, name, `pagination[count]=${count}&pagination[cursor]=${cursor}`)
      seen.push(...ids)
      if (pagination.next === undefined) break
      cursor = pagination.next
      // What was seen is deleted, the entry that the cursor stands at too; and something new comes.
      for (const id of ids.filter((one) => /^(?:src|dst|int|tok)_/.test(one))) {
        await remove(id)
        gone.add(id)
      }
      if (seen.length < 10) await make()
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect([...before].filter((id) => !seen.includes(id))).toEqual([])
    expect(gone.size).toBeGreaterThan(3)
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../src/integrations/index.ts'
import { freshPlatform, newSource } from '../world.ts'
import { ask, newDestination, newIntegration, otherWorkspace, type Pagination, refusal } from './client.ts'

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
    expect(pagination).toEqual({ current: 'o0', totalEntries: size })
  })

  it('is walked forwards and backwards by its cursors', async () => {
    const all = await list(path, name, '')
    const count = Math.ceil(size / 3)
    const first = await list(path, name, `pagination[count]=${count}`)
    expect(first.pagination).toEqual({ current: 'o0', next: expect.any(String), totalEntries: size })
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
    expect(back.pagination.previous).toBe(first.pagination.current)
  })

  it('has no further page when the last one is full', async () => {
    const { ids, pagination } = await list(path, name, `pagination[count]=${size}`)
    expect([ids.length, pagination]).toEqual([size, { current: 'o0', totalEntries: size }])
    expect(
      (await list(path, name, `pagination[count]=1&pagination[cursor]=o${size - 1}`)).pagination.next,
    ).toBeUndefined()
  })

  it('takes the brackets as clients encode them', async () => {
    expect((await list(path, name, 'pagination%5Bcount%5D=1&pagination%5Bcursor%5D=o1')).ids).toHaveLength(1)
  })

  it('is empty beyond its end', async () => {
    const { ids, pagination } = await list(path, name, 'pagination[cursor]=o100')
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

  it.each(['', 'o', '5', 'o-1', 'o1.5', 'o9999999999', 'o1 OR 1=1', 'b2Zmc2V0'])('the cursor %j', async (cursor) => {
    expect(await refused(`pagination[cursor]=${encodeURIComponent(cursor)}`)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: ['pagination.cursor: This cursor is not one of ours.'],
    })
  })
})

it('gives the largest page', async () => {
  expect((await list('/api/sources', 'sources', 'pagination[count]=200')).ids).toHaveLength(5)
})

it('counts what belongs to the workspace only', async () => {
  const { headers } = await otherWorkspace()
  const { sources, pagination } = await ask<Listed>(at, 'GET', '/api/sources', undefined, headers)
  expect([sources, pagination]).toEqual([[], { current: 'o0', totalEntries: 0 }])
})

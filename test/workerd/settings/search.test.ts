import { beforeAll, describe, expect, it } from 'vitest'
import { ask, newDestination, newIntegration } from '../api/client.ts'
import { rig } from '../panel/rig.ts'
import { newSource } from '../world.ts'

const at = rig()
/** Told by what a page shows of it. */
const NAMES: readonly string[] = [
  'Süßwaren ÄÖÜ',
  'Магазин Москва',
  '50 % off_all \\ now',
  'O\'Brien -- ; "x"',
  'ΑΘΗΝΑ shop',
]
const ids: string[] = []

beforeAll(async () => {
  for (const [index, name] of NAMES.entries()) {
    const { source } = await ask<{ source: { id: string } }>(at, 'POST', '/api/sources', {
      slug: `found-${index}`,
      name,
    })
    ids.push(source.id)
    const settings = { urls: ['https://hooks.example.com/in'] }
    const body = { sourceId: source.id, metadataId: 'webhooks', name: `to ${name}`, settings }
    await ask(at, 'POST', '/api/destinations', body)
  }
})

const found = async (path: string, q: string): Promise<string[]> => {
  const { status, html } = await at.get(`${path}?integration=webhooks&q=${encodeURIComponent(q)}`)
  expect([path, q.slice(0, 60), status]).toEqual([path, q.slice(0, 60), 200])
  const [, table = ''] = html.split('id="found"')
  return ids.filter((id) => table.includes(id))
}

const LISTS = ['/sources', '/destinations', '/destinations/new']

describe.each(LISTS)('a search of %s', (path) => {
  it.each([
    'x'.repeat(49),
    '%'.repeat(25),
    '_'.repeat(60),
    '\\'.repeat(60),
    'ü'.repeat(25),
    'ÄÖÜß'.repeat(2_500),
    'x'.repeat(10_240),
    '%_\\'.repeat(3_000),
    '😀'.repeat(40),
    'абвгдежзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψω'.repeat(3),
    "' or 1=1 --",
    '"; drop table sources; --',
    '\u0000',
    '\u001F',
    '\uFFFD',
  ])('takes %j', async (q) => {
    expect(await found(path, q)).toEqual([])
  })

  it('takes every letter for itself', async () => {
    expect(await found(path, '%')).toEqual([ids[2]])
    expect(await found(path, '_')).toEqual([ids[2]])
    expect(await found(path, '\\')).toEqual([ids[2]])
    expect(await found(path, '50%')).toEqual([])
    expect(await found(path, "o'brien")).toEqual([ids[3]])
  })

  it.each([
    ['süßWAREN äöü', 0],
    ['SÜß', 0],
    ['москва', 1],
    ['МАГАЗИН', 1],
    ['OFF_ALL', 2],
    ['αθηνα SHOP', 4],
    ['  Θη  ', 4],
  ])('takes %j in any case', async (q, index) => {
    expect(await found(path, q)).toEqual([ids[index]])
  })
})

it('finds a destination by the name of its tool, whoever made that', async () => {
  const { id } = await newSource(at)
  const tool = await newIntegration(at, { name: 'Bücherwurm Analytics' })
  const destination = await newDestination(at, id, { apiKey: 'k' }, tool.id)
  const page = await at.get(`/destinations?q=${encodeURIComponent('BÜCHERwurm')}`)
  expect([page.status, page.html.includes(destination.id)]).toEqual([200, true])
  const webhooks = await at.get('/destinations?q=webHOOKs')
  expect(webhooks.html).toContain('to Süßwaren')
})

it('finds nothing that lies half in one column and half in the next', async () => {
  expect(await found('/sources', 'ÄÖÜfound-0')).toEqual([])
  expect(await found('/sources', 'found-0')).toEqual([ids[0]])
})

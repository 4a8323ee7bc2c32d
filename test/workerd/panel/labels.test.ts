import { expect, it } from 'vitest'
import { ask } from '../api/client.ts'
import { newSource } from '../world.ts'
import { rig } from './rig.ts'

const at = rig()
const looking = rig({ role: 'read-only' })

interface Label {
  key: string
  value: string
  description: string
}

const fresh = () => ({ key: `key-${crypto.randomUUID().slice(0, 8)}`, value: 'a/b %', description: 'Made on a page.' })
const labels = async () => (await ask<{ labels: Label[] }>(at, 'GET', '/api/labels')).labels
const idOf = ({ key, value }: Label) => `${key}/${encodeURIComponent(value)}`
const labelsOf = async (id: string) =>
  (await ask<{ source: { labels: Label[] } }>(at, 'GET', `/api/sources/${id}`)).source.labels

it('are made, shown and deleted', async () => {
  const label = fresh()
  expect(await at.post('/labels', { ...label })).toMatchObject({ status: 303 })
  expect(await labels()).toContainEqual(label)
  const { html } = await at.get('/labels')
  expect(html).toContain(`${label.key}: a/b %`)
  expect(html).toContain('Made on a page.')
  expect((await looking.get('/labels')).html).not.toMatch(/Make it|Delete/)
  expect(await at.post('/labels/delete', { label: idOf(label) })).toMatchObject({ status: 303 })
  expect(await labels()).not.toContainEqual(label)
  expect(await at.post('/labels/delete', { label: '%' })).toMatchObject({ status: 404 })
})

it('that cannot be are refused beside the field, and what was typed stays', async () => {
  const page = await at.post('/labels', { key: 'kept-key', value: '..', description: 'x'.repeat(501) })
  expect(page.status).toBe(422)
  expect(page.html).toMatch(/id="value-error"[^>]*>Must be more than dots\./)
  expect(page.html).toMatch(/id="description-error"[^>]*>At most 500 characters\./)
  expect(page.html).toContain('value="kept-key"')
  const label = fresh()
  await at.post('/labels', { ...label })
  const again = await at.post('/labels', { ...label })
  expect([again.status, again.html.includes(`There is a label ${label.key}: a/b % already.`)]).toEqual([422, true])
})

it('are ticked for a source, which shows them', async () => {
  const { id } = await newSource(at)
  const [one, two] = [fresh(), fresh()]
  for (const label of [one, two]) await at.post('/labels', { ...label })
  await at.post(`/sources/${id}/labels`, { label: [idOf(one), idOf(two), 'gone/meanwhile'] })
  expect(new Set(await labelsOf(id))).toEqual(new Set([one, two]))
  await at.post(`/sources/${id}/labels`, { label: idOf(two) })
  expect(await labelsOf(id)).toEqual([two])
  for (const path of [`/sources/${id}`, `/sources/${id}/settings`]) {
    const { html } = await at.get(path)
    expect([path, html.includes(`${two.key}: a/b %`), html.includes(one.key)]).toEqual([path, true, false])
  }
  const { html } = await at.get(`/sources/${id}/labels`)
  expect([...html.matchAll(/name="label"[^>]*checked/g)]).toHaveLength(1)
  await at.post(`/sources/${id}/labels`, {})
  expect(await labelsOf(id)).toEqual([])
  expect((await looking.get(`/sources/${id}/labels`)).html).not.toContain('Save')
})

it('of a source are twenty at most: the form comes back as it was sent', async () => {
  const { id } = await newSource(at)
  const many = Array.from({ length: 21 }, (_, n) => ({ ...fresh(), value: `v${n}` }))
  for (const label of many) await ask(at, 'POST', '/api/labels', { label })
  const page = await at.post(`/sources/${id}/labels`, { label: many.map(idOf) })
  expect([page.status, page.html.includes('At most 20 labels.')]).toEqual([422, true])
  expect([...page.html.matchAll(/name="label"[^>]*checked/g)]).toHaveLength(21)
  expect(await labelsOf(id)).toEqual([])
})

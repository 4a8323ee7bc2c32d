import { expect, it } from 'vitest'
import { ask } from '../api/client.ts'
import { connect, newPackaged } from '../device/tools.ts'
import { newSource } from '../world.ts'
import { freshPanel } from './browser.ts'

interface Entry {
  type: string
  resourceId: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

const at = freshPanel()

const lastAbout = async (id: string) => {
  const { events } = await ask<{ events: Entry[] }>(at, 'GET', '/api/audit-events?pagination[count]=5')
  return events.find(({ resourceId }) => resourceId === id)
}

it('shows who changed the script that pages load, and to what', async () => {
  const plugin = (url: string) => ({ type: 'remote', url, libraryName: 'partner' })
  const { id } = await newPackaged(at, { plugin: plugin('https://cdn.example.com/a.js') })
  const device = { sdks: ['browser'], plugin: plugin('https://cdn.example.com/b.js') }
  await ask(at, 'PATCH', `/api/integrations/${id}`, { device })
  expect(await lastAbout(id)).toMatchObject({
    before: { device: { plugin: { url: 'https://cdn.example.com/a.js' } } },
    after: { device: { plugin: { url: 'https://cdn.example.com/b.js' } } },
  })
})

it('shows what devices get, and who sends', async () => {
  const settings = [{ name: 'site', label: 'Site', type: 'string', scope: 'device' }]
  const { id: metadataId } = await newPackaged(at, { settings })
  const { id } = await connect(at, (await newSource(at)).id, metadataId, { settings: { apiKey: 'k', site: 'a' } })
  await ask(at, 'PATCH', `/api/destinations/${id}`, { settings: { site: 'b' }, mode: 'cloud' })
  expect(await lastAbout(id)).toMatchObject({
    before: { deviceSettings: { site: 'a' }, mode: 'device' },
    after: { deviceSettings: { site: 'b' }, mode: 'cloud' },
  })
})

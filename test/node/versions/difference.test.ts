import { expect, it } from 'vitest'
import { differencesOf, isWordsOnly } from '../../../src/control/catalogue/difference.ts'
import type { VersionBody, VersionContent } from '../../../src/control/catalogue/versions.ts'
import { API_KEY, type SettingField } from '../../../src/integrations/index.ts'

const site: SettingField = { name: 'site', label: 'Site', type: 'string', required: false, description: '' }
const plan: SettingField = { ...site, name: 'plan', label: 'Plan', type: 'select', choices: ['a', 'b'] }
const content: VersionContent = {
  name: 'Acme',
  description: 'A tool.',
  categories: null,
  site: '',
  support: '',
  endpoint: 'https://p.example.com/v1',
  regions: [{ id: 'eu', name: 'Europe', endpoint: 'https://eu.example.com/v1' }],
  fields: [API_KEY, site, plan],
  supports: ['track'],
  device: null,
  warehouse: null,
  bi: null,
  rate: null,
  maxInFlight: null,
  batch: null,
}
const body: VersionBody = {
  content,
  docs: '# Set up',
  pictures: { logo: { body: '', type: '' }, mark: { body: '', type: '' } },
}
const change = (changes: Partial<VersionContent>) =>
  differencesOf(body, { ...body, content: { ...content, ...changes } }).map(
    ({ field, words }) => `${field}${words ? ' (words)' : ''}`,
  )
const device = {
  sdks: ['browser' as const],
  plugin: { type: 'remote' as const, url: 'https://p.example.com/a.js', libraryName: 'a' },
  defaultMode: 'device' as const,
}

it.each<[string, Partial<VersionContent>, string[]]>([
  ['nothing', {}, []],
  ['words', { name: 'Acme 2', categories: ['CRM'], support: 'a@p.example.com' }, ['name', 'categories', 'support']],
  ['where it listens', { endpoint: 'https://p.example.com/v2' }, ['endpoint!']],
  ['calls and pace', { supports: ['track', 'page'], rate: 5 }, ['supportedMethods!', 'rate!']],
  [
    'words of a setting',
    { fields: [API_KEY, { ...site, label: 'Your site', description: 'Of yours.' }, plan] },
    ['settings.site.label', 'settings.site.description'],
  ],
  ['what a setting takes', { fields: [API_KEY, site, { ...plan, choices: ['a'] }] }, ['settings.plan.choices!']],
  ['who reads a setting', { fields: [API_KEY, { ...site, scope: 'device' }, plan] }, ['settings.site.scope!']],
  ['the order of settings', { fields: [API_KEY, plan, site] }, ['settings']],
  [
    'the name of a region',
    { regions: [{ id: 'eu', name: 'EU', endpoint: 'https://eu.example.com/v1' }] },
    ['regions.eu.name'],
  ],
  [
    'the place of a region',
    { regions: [{ id: 'eu', name: 'Europe', endpoint: 'https://eu.example.com/v2' }] },
    ['regions.eu.endpoint!'],
  ],
  [
    'what runs on devices',
    { device },
    ['device.sdks!', 'device.plugin.type!', 'device.plugin.url!', 'device.plugin.libraryName!', 'device.defaultMode!'],
  ],
  [
    'another script',
    { device: { ...device, plugin: { ...device.plugin, url: 'https://p.example.com/b.js' } } },
    ['device.sdks!', 'device.plugin.type!', 'device.plugin.url!', 'device.plugin.libraryName!', 'device.defaultMode!'],
  ],
])('tells %s field by field, and whether it is words', (_, changes, told) => {
  expect(change(changes)).toEqual(told.map((one) => (one.endsWith('!') ? one.slice(0, -1) : `${one} (words)`)))
})

it('a setting that comes or goes is there with all that it is', () => {
  const after = {
    ...body,
    content: { ...content, fields: [API_KEY, site, plan, { ...site, name: 'more', required: true }] },
  }
  const told = differencesOf(body, after)
  expect(told.find(({ field }) => field === 'settings.more.required')).toMatchObject({ before: undefined, after: true })
  expect(isWordsOnly(told)).toBe(false)
  expect(differencesOf(after, body).map(({ field }) => field)).toEqual(told.map(({ field }) => field))
})

it('docs and pictures are words', () => {
  const mark = { body: '<svg></svg>', type: 'image/svg+xml' as const }
  const told = differencesOf(body, { ...body, docs: '', pictures: { ...body.pictures, mark } })
  expect(told).toEqual([
    { field: 'docs', before: '# Set up', after: undefined, words: true },
    { field: 'mark', before: undefined, after: '<svg></svg>', words: true },
  ])
  expect(isWordsOnly(told)).toBe(true)
})

it('what warehouses are told of a setting is words, what it is fixed to is none', () => {
  const warehouse = (label: string, fixed: boolean) => ({
    content: {
      ...content,
      warehouse: {
        connector: 'postgres' as const,
        settings: [{ name: 'host', label, ...(fixed && { fixed }) }],
        help: [],
      },
    },
  })
  const was = { ...body, ...warehouse('Host', false) }
  expect(isWordsOnly(differencesOf(was, { ...body, ...warehouse('Where', false) }))).toBe(true)
  expect(isWordsOnly(differencesOf(was, { ...body, ...warehouse('Host', true) }))).toBe(false)
})

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { EVENT_TYPES } from '../../../src/event/index.ts'
import { API_KEY, CATEGORIES, SDKS } from '../../../src/integrations/index.ts'
import { check } from '../../../src/control/checked.ts'
import { manifest, manifestOf } from '../../../src/control/catalogue/manifest.ts'
import type { OwnIntegration } from '../../../src/control/catalogue/queries.ts'

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 -]{0,20}[a-z]$/)
const url = fc.stringMatching(/^[a-z]{1,10}$/).map((name) => `https://${name}.example/in`)
const setting = fc.record(
  {
    name: fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,10}$/).map((name) => `s_${name}`),
    label: word,
    type: fc.constantFrom('string', 'secret'),
    required: fc.boolean(),
    description: word,
    min: fc.integer({ min: 0, max: 3 }),
    startsWith: word,
  },
  { requiredKeys: ['name', 'label', 'type'] },
)
const words = {
  manifestVersion: fc.constant(1),
  name: word,
  slug: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  description: word,
  categories: fc.uniqueArray(fc.constantFrom(...CATEGORIES), { maxLength: 3 }),
  site: fc.oneof(fc.constant(''), url),
  support: fc.constantFrom('', 'help@acme.example'),
  docs: fc.string({ maxLength: 100 }),
  logo: fc.constantFrom('', '<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
}
const sent = {
  endpoint: url,
  regions: fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z0-9]{1,8}$/), name: word, endpoint: url }), {
    maxLength: 3,
    selector: ({ id }) => id,
  }),
  settings: fc.uniqueArray(setting, { maxLength: 4, selector: ({ name }) => name }),
  supportedMethods: fc.uniqueArray(fc.constantFrom(...EVENT_TYPES), { minLength: 1 }),
  rate: fc.option(fc.integer({ min: 1, max: 1_000 })),
  maxInFlight: fc.option(fc.integer({ min: 1, max: 600 })),
}
const optional = { requiredKeys: ['manifestVersion', 'name', 'slug', 'kind', 'endpoint', 'device'] } as const
const device = fc.record({
  sdks: fc.uniqueArray(fc.constantFrom(...SDKS), { minLength: 1 }),
  plugin: fc.constant({ type: 'bundle' }),
})
const anyManifest = fc.oneof(
  fc.record(
    { ...words, ...sent, kind: fc.constant('direct') },
    { requiredKeys: ['manifestVersion', 'name', 'slug', 'endpoint'] },
  ),
  fc.record({ ...words, ...sent, kind: fc.constant('packaged'), device }, optional as never),
  fc.record({
    ...words,
    kind: fc.constant('warehouse'),
    warehouse: fc.record({
      connector: fc.constantFrom('postgres', 'redshift'),
      settings: fc.constantFrom([], [{ name: 'host', hosts: ['*.acme.example'], label: 'Where' }]),
      help: fc.array(word, { maxLength: 3 }),
    }),
  }),
)

/** What a manifest makes of the row and the page of an integration, as the store writes them. */
function stored(given: ReturnType<typeof read>): Pick<OwnIntegration, 'row' | 'docs' | 'pictures'> {
  const { settings, supportedMethods: supports, docs = '', logo = '', mark = '', ...facts } = given
  const { manifestVersion: _, certification: __, ...columns } = facts
  const picture = (body: string) => ({ body, type: body === '' ? ('' as const) : ('image/svg+xml' as const) })
  const row = {
    site: '',
    support: '',
    ...columns,
    categories: columns.categories ?? null,
    endpoint: columns.endpoint ?? null,
    regions: columns.regions && columns.regions.length > 0 ? columns.regions : null,
    device: columns.device ?? null,
    warehouse: columns.warehouse ?? null,
    bi: columns.bi ?? null,
    fields: columns.endpoint === undefined ? settings : [API_KEY, ...settings],
    supports,
  }
  return { row: row as unknown as OwnIntegration['row'], docs, pictures: { logo: picture(logo), mark: picture(mark) } }
}

function read(given: unknown) {
  const result = check(manifest, given)
  if (!result.ok) throw new Error(JSON.stringify([given, result.problems]))
  return result.value
}

it('exported and imported again an integration is the same', () => {
  fc.assert(
    fc.property(anyManifest, (given) => {
      const first = stored(read(JSON.parse(JSON.stringify(given))))
      const again = stored(read(JSON.parse(JSON.stringify(manifestOf(first)))))
      expect(again).toEqual({
        ...first,
        row: { ...first.row, categories: first.row.categories?.length ? first.row.categories : null },
      })
    }),
    { numRuns: 300 },
  )
})

it('says of everything that is wrong where it stands', () => {
  const result = check(manifest, {
    manifestVersion: 2,
    name: '',
    slug: 'a b',
    endpoint: 5,
    regions: [{ id: 'eu', name: 'EU', endpoint: 'https://x.example/' }, { id: 'E U' }],
    settings: [
      { name: 'a', label: 'A', type: 'string' },
      { name: 'b', label: 'B', type: 'select' },
    ],
    nonsense: true,
  })
  expect(result.ok ? [] : result.problems.map(({ field }) => String(field)).toSorted()).toEqual([
    'endpoint',
    'manifestVersion',
    'name',
    'nonsense',
    'regions.1.endpoint',
    'regions.1.id',
    'regions.1.name',
    'settings.1',
    'slug',
  ])
})

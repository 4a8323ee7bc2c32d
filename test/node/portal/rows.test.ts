import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { FIELD_TYPES, type SettingField } from '../../../src/integrations/index.ts'
import {
  EMPTY_ROW,
  fieldOfRow,
  rowOfField,
  settingRowsOf,
  type SettingRow,
  withAct,
} from '../../../src/control/portal/setting-rows.ts'
import { formFieldOf } from '../../../src/control/portal/input-of-form.ts'

/** A row as a browser sends it. */
function posted(rows: readonly SettingRow[]) {
  const values = new Map<string, string>()
  rows.forEach((row, at) => {
    for (const [key, value] of Object.entries(row)) {
      if (typeof value === 'string') values.set(`settings.${at}.${key}`, value.replaceAll('\n', '\r\n'))
      else if (value) values.set(`settings.${at}.${key}`, 'on')
    }
  })
  return { has: (name: string) => values.has(name), exact: (name: string) => values.get(name) ?? '' }
}

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 .,-]{0,12}[a-z0-9]$/)
const defaults = {
  string: word,
  secret: fc.constant(undefined),
  select: fc.constant('eu'),
  boolean: fc.boolean(),
  number: fc.integer(),
  list: fc.array(word, { minLength: 1, maxLength: 3 }),
  map: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), word, { minKeys: 1, maxKeys: 3 }).map((one) => ({ ...one })),
}
const settingField = fc.constantFrom(...FIELD_TYPES).chain((type) =>
  fc.record(
    {
      name: fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,10}$/),
      label: word,
      type: fc.constant(type),
      required: fc.boolean(),
      description: fc.oneof(fc.constant(''), word),
      default: defaults[type] as fc.Arbitrary<unknown>,
      choices: type === 'select' ? fc.constant(['eu', 'us']) : fc.constant(undefined),
      min: fc.integer({ min: 0, max: 5 }),
      startsWith: word,
      scope: fc.constant('device' as const),
    },
    { requiredKeys: ['name', 'label', 'type', 'required', 'description', 'choices'] },
  ),
)

it('has settings as they were after they were shown in the editor and posted as they are', () => {
  fc.assert(
    fc.property(fc.array(settingField, { maxLength: 4 }), (fields) => {
      const clean = JSON.parse(JSON.stringify(fields)) as SettingField[]
      const rows = settingRowsOf(posted(clean.map(rowOfField)), false)
      expect(JSON.parse(JSON.stringify(rows.map(fieldOfRow)))).toEqual(clean)
    }),
  )
})

it('leaves out rows in which nothing stands when it is saved, and keeps them while it is edited', () => {
  const form = posted([EMPTY_ROW, { ...EMPTY_ROW, label: 'A' }, { ...EMPTY_ROW, required: true }])
  expect(settingRowsOf(form, false).map(({ label }) => label)).toEqual(['A'])
  expect(settingRowsOf(form, true)).toHaveLength(3)
})

it.each([
  ['add', 'abcx'],
  ['up.1', 'bac'],
  ['down.1', 'acb'],
  ['up.0', 'abc'],
  ['down.2', 'abc'],
  ['remove.0', 'bc'],
  ['remove.9', 'abc'],
  ['remove.', 'bc'],
  ['up.-1', 'abc'],
  ['nonsense', 'abc'],
])('after %s the rows are %s', (act, after) => {
  expect(withAct('abc'.split(''), act, 'x').join('')).toBe(after)
})

it('finds the input that a problem of the API is about', () => {
  const input = { warehouse: { settings: [{ name: 'host' }, { name: 'ssl' }] } }
  expect(formFieldOf('warehouse.settings.1.default', input)).toBe('preset.ssl.default')
  expect(formFieldOf('supportedMethods.0', input)).toBe('supportedMethods')
  expect(formFieldOf('settings.3.label', input)).toBe('settings.3.label')
})

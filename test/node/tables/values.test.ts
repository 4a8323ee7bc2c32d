import { describe, expect, it } from 'vitest'
import type { Catalogue, CellText, Limits, TableColumn } from '../../../src/tables/index.ts'
import { extended, load, noticesOf, POSTGRES, REDSHIFT, rowsOf, track, typesOf } from './event.ts'

/** JSON texts of a property `v`, in loads one after another: the column's type, its cells, and the notices of each load. */
function loads(sent: string[][], start: Catalogue | null = null, limits: Limits = POSTGRES) {
  let catalogue = start
  const cells: CellText[] = []
  const notices: string[] = []
  for (const values of sent) {
    const plan = load(
      values.map((value) => track(`{"v":${value}}`)),
      catalogue,
      limits,
    )
    catalogue = extended(catalogue, plan)
    cells.push(...rowsOf(plan, 'thing_done').map((row) => row.v ?? null))
    notices.push(...noticesOf(plan).map((words) => words.replace('thing_done.v ', '')))
  }
  return { type: catalogue?.get('thing_done')?.get('v')?.type, cells, notices }
}

/** A table that the owner of a warehouse has made, with this column. */
function owned(column: Omit<TableColumn, 'name'>): Catalogue {
  return new Map([['thing_done', new Map([['v', { name: 'v', ...column }]])]])
}

interface Case {
  /** Values in JSON, a list a load. */
  sent: string[][]
  type?: string
  cells: CellText[]
  notices?: string[]
  start?: Catalogue
  limits?: Limits
}

const text = (value: string) => JSON.stringify(value)

const CASES: Record<string, Case> = {
  '25: an integer': { sent: [['1']], type: 'bigint', cells: ['1'] },
  '26: an integer with a point': {
    sent: [['1.0', '1.00000000000000000', '12e1']],
    type: 'bigint',
    cells: ['1', '1', '120'],
  },
  '27: a fraction': { sent: [['1.5']], type: 'double', cells: ['1.5'] },
  '28: an integer and a fraction in one load': { sent: [['1', '1.5']], type: 'double', cells: ['1', '1.5'] },
  '28: types that have no number in common': {
    sent: [['1', 'true', '"2026-01-01"', '1.5']],
    type: 'text',
    cells: ['1', 'true', '2026-01-01', '1.5'],
  },
  '28: fractions and words in one load': {
    sent: [['1.5', '"x"', '2']],
    type: 'text',
    cells: ['1.5', 'x', '2'],
  },
  '28: times and words in one load': { sent: [['"2026-01-01"', '"x"']], type: 'text', cells: ['2026-01-01', 'x'] },
  '29: a fraction after an integer': {
    sent: [['1'], ['1.5', '-1.5', '-0.5']],
    type: 'bigint',
    cells: ['1', '1', '-1', '0'],
    notices: ['fraction_lost ×3'],
  },
  '30: an integer after a fraction': { sent: [['1.5'], ['1']], type: 'double', cells: ['1.5', '1'] },
  '31: digits as a text': { sent: [['"1"']], type: 'text', cells: ['1'] },
  '32: what is true and false': {
    sent: [['true'], ['"yes"', '1', '0', '"False"', '2', '[]']],
    type: 'boolean',
    cells: ['t', null, 't', 'f', 'f', null, null],
    notices: ['not_castable ×3'],
  },
  '33: anything in a text column': {
    sent: [['"x"'], ['12', 'true', '[1]', '1.5', '1e21', '12345678901234567890123']],
    type: 'text',
    cells: ['x', '12', 'true', '[1]', '1.5', '1e+21', '12345678901234567890123'],
  },
  '34: a text in a column of integers': {
    sent: [['1'], ['"12"', '"-007"', '"1e3"', '"twelve"', '"1.5"', '" 7 "', '"0x10"', '"1_000"', '""', 'true', '[1]']],
    type: 'bigint',
    cells: ['1', '12', '-7', '1000', null, null, null, null, null, null, '1', null],
    notices: ['not_castable ×7'],
  },
  '35: an integer that a double cannot carry': {
    sent: [['9007199254740993', '9223372036854775807', '-9223372036854775808']],
    type: 'bigint',
    cells: ['9007199254740993', '9223372036854775807', '-9223372036854775808'],
  },
  '36: beyond a bigint, first': {
    sent: [['1e300', '9223372036854775808']],
    type: 'double',
    cells: ['1e+300', '9223372036854776000'],
  },
  '36: digits that a double does not have': {
    sent: [['1.5'], ['9223372036854775809']],
    type: 'double',
    cells: ['1.5', '9223372036854776000'],
    notices: ['digits_lost ×1'],
  },
  '36: beyond a bigint, later': {
    sent: [['1'], ['9223372036854775808', '1e300', '1e400', '1e99999']],
    type: 'bigint',
    cells: ['1', null, null, null, null],
    notices: ['out_of_range ×4'],
  },
  '36: beyond a double': {
    sent: [['1.5'], ['1e400', '1e-400', '"1e309"', '"NaN"', '"Infinity"', '5e-324', '0e-999']],
    type: 'double',
    cells: ['1.5', null, null, null, null, null, '5e-324', '0'],
    notices: ['out_of_range ×3', 'not_castable ×2'],
  },
  '37: a moment': {
    sent: [['"2022-10-05T14:48:00.000Z"', '"2022-10-05T14:48:00.123456789Z"']],
    type: 'timestamp',
    cells: ['2022-10-05T14:48:00.000Z', '2022-10-05T14:48:00.123456Z'],
  },
  '38: a day': { sent: [['"2023-06-14"']], type: 'timestamp', cells: ['2023-06-14T00:00:00.000Z'] },
  '39: without T, with an offset': {
    sent: [
      ['"2021-06-01 00:00:00"', '"2025-04-02 01:09:03.000+0530"', '"2021-06-01t00:00z"', '"2021-06-01T00:00:00-08"'],
    ],
    type: 'timestamp',
    cells: [
      '2021-06-01T00:00:00.000Z',
      '2025-04-01T19:39:03.000Z',
      '2021-06-01T00:00:00.000Z',
      '2021-06-01T08:00:00.000Z',
    ],
  },
  '41: the end of a day, a leap second and a leap day': {
    sent: [['"2024-02-28T24:00:00Z"', '"2016-12-31T23:59:60Z"', '"2024-02-29"']],
    type: 'timestamp',
    cells: ['2024-02-29T00:00:00.000Z', '2017-01-01T00:00:00.000Z', '2024-02-29T00:00:00.000Z'],
  },
  '43: a word in a column of times': {
    sent: [['"2026-01-01"'], ['"yesterday"', '"now"', '1712345678', 'true', '"20240101"', '"infinity"']],
    type: 'timestamp',
    cells: ['2026-01-01T00:00:00.000Z', null, null, null, null, null, null],
    notices: ['not_castable ×6'],
  },
  '44: a time in a text column': {
    sent: [['"x"'], ['"2022-10-05T14:48:00.000+02:00"']],
    type: 'text',
    cells: ['x', '2022-10-05T14:48:00.000+02:00'],
  },
  '45: null': { sent: [['null'], ['1'], ['null']], type: 'bigint', cells: [null, '1', null] },
  '46: no text': { sent: [['""']], type: 'text', cells: [''] },
  '47: lists': {
    sent: [['[]', '[1,2]', '[{"sku":"A","n":9007199254740993}]']],
    type: 'text',
    cells: ['[]', '[1,2]', '[{"sku":"A","n":9007199254740993}]'],
  },
  '51: NUL': {
    sent: [['"a\\u0000b"', '["\\u0000"]']],
    type: 'text',
    cells: ['ab', '["\\u0000"]'],
    notices: ['text_cleaned ×1'],
  },
  '52: half a character': {
    sent: [['"a\\ud800b"']],
    type: 'text',
    cells: ['a\ufffdb'],
    notices: ['text_cleaned ×1'],
  },
  '53: signs that COPY has for itself': {
    sent: [['test 😆', '\t', '\n', '\\', '\\.', 'a\\.\nb', '\\N', '\r\n', "'", '"'].map(text)],
    type: 'text',
    cells: ['test 😆', '\t', '\n', '\\', '\\.', 'a\\.\nb', '\\N', '\r\n', "'", '"'],
  },
  '54: a long text in PostgreSQL': { sent: [[text('x'.repeat(100_000))]], type: 'text', cells: ['x'.repeat(100_000)] },
  '54: a long text in Redshift, cut between characters': {
    sent: [[text('x'.repeat(512)), text('x'.repeat(513)), text(`${'x'.repeat(511)}é`), text('😆'.repeat(200))]],
    limits: REDSHIFT,
    type: 'text',
    cells: ['x'.repeat(512), 'x'.repeat(512), 'x'.repeat(511), '😆'.repeat(128)],
    notices: ['text_cut ×3'],
  },
  '54: a column that its owner has widened': {
    start: owned({ type: 'text', declared: 'character varying(1000)', most: { bytes: 1000 } }),
    limits: REDSHIFT,
    sent: [[text('x'.repeat(1001))]],
    type: 'text',
    cells: ['x'.repeat(1000)],
    notices: ['text_cut ×1'],
  },
  '68: a column that takes so many characters': {
    start: owned({ type: 'text', declared: 'character varying(3)', most: { characters: 3 } }),
    sent: [['"😆😆😆"', '"😆😆😆x"']],
    type: 'text',
    cells: ['😆😆😆', '😆😆😆'],
    notices: ['text_cut ×1'],
  },
  '68: a column of integers that was made numeric': {
    start: owned({ type: 'numeric', declared: 'numeric' }),
    sent: [['9223372036854775809', '0.10000000000000000000001', '"1.50"', '1e21', '-1e-7', '1e99999', '"x"', 'true']],
    type: 'numeric',
    cells: [
      '9223372036854775809',
      '0.10000000000000000000001',
      '1.5',
      '1000000000000000000000',
      '-0.0000001',
      null,
      null,
      '1',
    ],
    notices: ['out_of_range ×1', 'not_castable ×1'],
  },
  '68: a numeric with so many digits': {
    start: owned({ type: 'numeric', declared: 'numeric(5,2)' }),
    sent: [['999.99', '1000', '1.005', '-0.001', '0.99']],
    type: 'numeric',
    cells: ['999.99', null, '1.00', '0.00', '0.99'],
    notices: ['out_of_range ×1', 'fraction_lost ×2'],
  },
  '68: an integer of 32 bits': {
    start: owned({ type: 'bigint', declared: 'integer', most: { bits: 32 } }),
    sent: [['2147483647', '2147483648', '-2147483648', '"-2147483649"']],
    type: 'bigint',
    cells: ['2147483647', null, '-2147483648', null],
    notices: ['out_of_range ×2'],
  },
  '68: a column of JSON': {
    start: owned({ type: 'json', declared: 'jsonb' }),
    sent: [['[1]', '"x"', '1.5', '"a\\u0000\\ud800"', '[{"\\u0000k":9007199254740993}]', text('\\u0000')]],
    type: 'json',
    cells: ['[1]', '"x"', '1.5', '"a\ufffd"', '[{"k":9007199254740993}]', text('\\u0000')],
    notices: ['text_cleaned ×2'],
  },
  '68: a type that is not ours': {
    start: owned({ type: 'unknown', declared: 'point' }),
    sent: [['"(1,2)"', 'null']],
    type: 'unknown',
    cells: [null, null],
    notices: ['type_unknown ×1'],
  },
}

describe('values', () => {
  it.each(Object.entries(CASES))('%s', (_, { sent, type, cells, notices = [], start = null, limits }) => {
    expect(loads(sent, start, limits)).toEqual({ type, cells, notices })
  })

  it.each([
    '05:23:59',
    '2022/10/05',
    '23-05-2024T10:00:00Z',
    '2024',
    '20240101',
    '2024-01',
    '1712345678',
    '8.0.3',
    'now',
    'tomorrow',
    'epoch',
    'infinity',
    '2024-01-01T10:00:00 Europe/Oslo',
    '2024-W01',
    '2024-01-01T',
    '2024-001',
  ])('40: %s is a text, and none that a column of times takes', (value) => {
    expect(loads([[text(value)]])).toEqual({ type: 'text', cells: [value], notices: [] })
    expect(loads([['"2026-01-01"'], [text(value)]]).cells[1]).toBeNull()
  })

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-01-32',
    '2024-02-30T10:00:00.000Z',
    '2024-01-01T25:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:61Z',
    '1900-02-29',
    '2024-01-01T10:00:00+24:00',
    '2024-01-01T10:00:00+10:60',
  ])('41: %s is no time', (value) => {
    expect(loads([[text(value)]])).toEqual({ type: 'text', cells: [value], notices: [] })
    expect(loads([['"2026-01-01"'], [text(value)]]).notices).toEqual(['not_castable ×1'])
  })

  it.each([
    '+2023-06-14T00:00:00Z',
    '10000-01-01',
    '0000-01-01',
    '0000-12-31T23:00:00.000Z',
    '-2023-06-14',
    '9999-12-31T23:59:59-01:00',
    '0001-01-01T00:00:00+01:00',
  ])('42: %s is no time that a warehouse has', (value) => {
    expect(loads([[text(value)]])).toEqual({ type: 'text', cells: [value], notices: [] })
    expect(loads([['"2026-01-01"'], [text(value)]]).notices).toEqual(['not_castable ×1'])
  })

  it('45, 48: neither null nor an empty object makes a column', () => {
    expect(typesOf(load([track({ a: null, b: {}, c: { d: {} } })]), 'thing_done')).not.toHaveProperty('a')
    expect(Object.keys(typesOf(load([track({ a: null, b: {}, c: { d: {} } })]), 'thing_done'))).not.toContain('b')
  })

  it('49: objects are flattened at any depth', () => {
    const plan = load([track({ a: { b: { c: 1, 'D e': 2 } } })])
    expect(rowsOf(plan, 'thing_done')).toMatchObject([{ a_b_c: '1', a_b_d_e: '2' }])
    let deep: Record<string, unknown> = { z: 1 }
    for (let level = 0; level < 400; level++) deep = { a: deep }
    expect(load([track(deep)]).notices).toEqual([])
  })

  it('33, 49: an object is flattened, whatever columns there are', () => {
    const first = load([track({ v: 'x' })])
    const plan = load([track({ v: { a: 1 } })], extended(null, first))
    expect(rowsOf(plan, 'thing_done')).toMatchObject([{ v_a: '1' }])
    expect(rowsOf(plan, 'thing_done')[0]).not.toHaveProperty('v')
  })

  it('50: an object with numbers for keys is one too', () => {
    const plan = load([track({ '0': 'a', '1': 'b', list: { '0': 'c' } })])
    expect(rowsOf(plan, 'thing_done')).toMatchObject([{ _0: 'a', _1: 'b', list_0: 'c' }])
  })

  it('55: of more properties than a table has columns, the first are loaded, and those that have one', () => {
    const properties = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`p${from + at}`, true]))
    const first = load([track(properties(0, 2000))])
    const catalogue = extended(null, first)
    expect(catalogue.get('thing_done')?.size).toBe(1500)
    const lost = first.notices.filter(({ code }) => code === 'too_many_columns')
    expect(lost).toHaveLength(201)
    expect(lost.reduce((sum, { count }) => sum + count, 0)).toBe(2000 - 1490)
    expect([...(catalogue.get('thing_done')?.keys() ?? [])].slice(9, 11)).toEqual(['uuid_ts', 'p0'])
    const [row] = rowsOf(load([track(properties(1480, 1495))], catalogue), 'thing_done')
    expect(row).toMatchObject({ p1480: 't', p1489: 't' })
    expect(row).not.toHaveProperty('p1490')
  })

  it('55a: of more values than a page of PostgreSQL holds, the first are loaded', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 380 }, (_, at) => [`p${at}`, `value ${at}`.padEnd(20, '.')]),
    )
    const plan = load([track(properties)])
    const [row = {}] = rowsOf(plan, 'thing_done')
    const kept = Object.keys(row).filter((key) => /^p\d/.test(key) && row[key] !== null)
    expect(kept.length).toBeGreaterThan(330)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => `p${at}`))
    expect(plan.notices.reduce((sum, { count }) => sum + count, 0)).toBe(380 - kept.length)
    expect(noticesOf(plan)[0]).toBe(`row_too_wide thing_done.p${kept.length} ×1`)
    expect(load([track(properties)], null, REDSHIFT).notices).toEqual([])
  })

  it('56: what is no number of JSON never comes so far', () => {
    expect(() => track('{"v":NaN}')).toThrow(SyntaxError)
    expect(() => track('{"v":Infinity}')).toThrow(SyntaxError)
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type EventType, EVENT_TYPES, type JsonObject, parseJson, type SpecEvent } from '../../../src/event/index.ts'
import { looseRows, Names, planLoad, RESERVED_NAMES, schemaName } from '../../../src/tables/index.ts'
import type { Catalogue, TableColumn } from '../../../src/tables/index.ts'
import { snakeCase } from '../../../src/tables/snake-case.ts'
import { plainColumn, plainSnake } from '../../warehouse/plain-names.ts'
import { extended, load, POSTGRES, REDSHIFT } from './event.ts'

/** Keys as people, programs and attackers write them. */
const key = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.stringMatching(/^[A-Za-z0-9_ .$-]{0,12}$/),
  fc.constantFrom(
    'id',
    'ID',
    'user_id',
    'userId',
    'order',
    '_order',
    'Order',
    'context_ip',
    'context',
    '__proto__',
    'constructor',
    '"; drop table users; --',
    "'",
    '\\',
    '\0',
    '\ud800',
    '$1',
    'xmin',
    'uuid_ts',
    'name',
    'category',
    'toString',
    '',
  ),
  fc.integer({ min: 60, max: 10_240 }).map((length) => 'Ab1_'.repeat(Math.ceil(length / 4)).slice(0, length)),
)

const time = fc.constantFrom('2026-01-02', '2026-01-02T03:04:05.678Z', '2024-02-30', 'now', '9999-12-31T23:59:59-01:00')

/** A value as text of JSON, with numbers of every size. */
const leaf = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '1e400', '-1e-400', '9223372036854775808', '0.1000000000000000000001', '-0'),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => JSON.stringify(value)),
  time.map((value) => JSON.stringify(value)),
)

const { value: json } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((parts) => `[${parts.join(',')}]`) },
    { weight: 2, arbitrary: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map(objectText) },
  ),
}))

function objectText(entries: [string, string][]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

const event = fc
  .record({
    type: fc.constantFrom<EventType>(...EVENT_TYPES),
    event: fc.oneof(key, json),
    own: fc.array(fc.tuple(key, json), { maxLength: 8 }).map(objectText),
    context: json,
    id: fc.oneof(fc.uuid(), leaf),
  })
  .map(({ type, event, own, context, id }) => {
    const text = (value: string) => (/^[[{"\dtfn-]/.test(value) ? value : JSON.stringify(value))
    const parts = [`"type":"${type}"`, `"event":${safely(text(event))}`, `"properties":${own}`, `"traits":${own}`]
    return parseJson(`{${parts.join()},"context":${context},"messageId":${id.includes('-') ? JSON.stringify(id) : id}}`)
  })

function safely(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

const CANONICAL: Record<TableColumn['type'], RegExp> = {
  text: /^[^\0]*$/s,
  bigint: /^(?:0|-?[1-9]\d{0,18})$/,
  double: /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/,
  boolean: /^[tf]$/,
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:\d{3})?Z$/,
  numeric: /^-?\d+(?:\.\d+)?$/,
  json: /^(?!.*\\u0000)/s,
  unknown: /^$/,
}

function expectSound(columns: TableColumn[], rows: (string | null)[][], nameBytes: number): void {
  const names = columns.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) {
    expect(name).toMatch(/^[a-z_][a-z0-9_]*$/)
    expect(name.length).toBeLessThanOrEqual(nameBytes)
  }
  for (const row of rows) {
    expect(row).toHaveLength(columns.length)
    for (const [at, cell] of row.entries()) {
      if (cell === null) continue
      expect(cell).toMatch(CANONICAL[columns[at]?.type ?? 'unknown'])
      expect(cell.isWellFormed()).toBe(true)
    }
  }
}

it('makes rows or notices of any JSON, in loads one after another, and only names that need no quotes', () => {
  fc.assert(
    fc.property(fc.array(fc.array(event, { maxLength: 4 }), { maxLength: 3 }), fc.boolean(), (loads, redshift) => {
      const limits = redshift ? REDSHIFT : POSTGRES
      let catalogue: Catalogue | null = null
      for (const events of loads) {
        const plan = load(events as SpecEvent[], catalogue, limits)
        for (const { table, columns, rows } of [...plan.tables, ...plan.upserts]) {
          expect(table).toMatch(/^[a-z_][a-z0-9_]*$/)
          expect(table.length).toBeLessThanOrEqual(limits.nameBytes)
          expectSound(columns, rows, limits.nameBytes)
        }
        for (const { count, samples } of plan.notices) {
          expect(samples.length).toBe(Math.min(3, count))
        }
        catalogue = extended(catalogue, plan)
      }
      for (const columns of catalogue?.values() ?? []) {
        for (const name of columns.keys()) expect(RESERVED_NAMES.has(name) && name !== 'timestamp').toBe(false)
      }
    }),
    { numRuns: 150 },
  )
})

/** Every value of an object that is no object itself and not null, however deep. */
function countLeaves(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (typeof value !== 'object' || Array.isArray(value) || JSON.isRawJSON(value)) return 1
  return Object.values(value).reduce((sum: number, part) => sum + countLeaves(part), 0)
}

it('loses no value in silence: each is a cell or in a notice', () => {
  const LOST = new Set(['name_empty', 'name_taken', 'too_many_columns', 'row_too_wide', 'not_castable', 'out_of_range'])
  fc.assert(
    fc.property(fc.array(fc.tuple(key, json), { maxLength: 8 }).map(objectText), (properties) => {
      const sent = parseJson(properties) as JsonObject
      const event = { type: 'track', event: 'A', messageId: 'm', properties: sent, context: {} } as unknown as SpecEvent
      const plan = load([event])
      const { columns, rows } = plan.tables.find(({ table }) => table === 'a') ?? { columns: [], rows: [] }
      // Without id, event, event_text, uuid_ts, which every row of such a track has.
      const cells = (rows[0] ?? []).filter((cell) => cell !== null).length - 4
      const lost = plan.notices.filter(({ code }) => LOST.has(code)).reduce((sum, { count }) => sum + count, 0)
      expect(columns.length).toBeGreaterThan(0)
      expect(cells + lost).toBe(countLeaves(sent))
    }),
    { numRuns: 150 },
  )
})

it('writes snake case as the plain loader does, letter by letter', () => {
  fc.assert(
    fc.property(fc.oneof(key, fc.stringMatching(/^[A-Za-z0-9_é ]{0,20}$/)), (text) => {
      expect(snakeCase(text)).toBe(plainSnake(text))
      expect(snakeCase(snakeCase(text))).toBe(snakeCase(text))
    }),
    { numRuns: 2_000 },
  )
})

it('never gives two names one column unless they are one in snake case', () => {
  const TAKEN =
    'id anonymous_id user_id original_timestamp sent_at received_at timestamp event event_text uuid_ts'.split(' ')
  fc.assert(
    fc.property(fc.array(fc.array(key, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 30 }), (paths) => {
      const names = new Names(63)
      const columns = new Map<string, string>()
      for (const path of paths) {
        const found = path.reduce((above, word) => names.below(above, word, 'tracks'), names.properties('tracks'))
        const plain = path.map(plainSnake)
        const whole = plain.includes('') ? null : plain.join('_')
        expect(found.path).toBe(whole)
        expect(found.slot === null).toBe(whole === null)
        if (found.slot === null || whole === null) continue
        const { column } = found.slot
        const isReserved = RESERVED_NAMES.has(whole)
        expect([column, columns.get(column) ?? whole]).toEqual([
          isReserved ? `_${whole}` : plainColumn(path, TAKEN),
          whole,
        ])
        columns.set(column, whole)
        expect(TAKEN).not.toContain(column)
        expect(whole).toBe(snakeCase(path.join('_')))
      }
    }),
    { numRuns: 100 },
  )
})

it('has the same names whatever it has seen before', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (events) => {
      const shared = new Names(63)
      const sure = (event: unknown, names: Names) => looseRows(event as SpecEvent, names).rows
      for (const event of [...events, ...events]) expect(sure(event, shared)).toEqual(sure(event, new Names(63)))
    }),
    { numRuns: 50 },
  )
})

it('forgets names when there are too many, and goes on', () => {
  const names = new Names(63)
  const first = names.list('tracks')
  for (let at = 0; at < 2_000; at++) {
    const properties = { [`key ${at} ${'x'.repeat(1_000)}`]: { a: 1 } }
    const event = { type: 'track', event: `E ${at}`, messageId: 'm', properties, context: {} } as unknown as SpecEvent
    const { rows } = looseRows(event, names)
    const facts = { catalogue: null, limits: POSTGRES, loadedAt: '2026-01-01T00:00:00.000Z' }
    expect(planLoad(rows, facts).notices).toEqual([])
  }
  expect(names.list('tracks')).not.toBe(first)
})

it('forgets keys that come in ever another order', () => {
  const names = new Names(63)
  const first = names.list('tracks')
  for (let at = 0; at < 3_000; at++) {
    const keys = Array.from({ length: 5 }, (_, place) => `k${Math.floor(at / 10 ** place) % 10}_${place}`)
    const properties = Object.fromEntries(keys.map((name) => [name, 1]))
    looseRows({ type: 'track', event: 'E', messageId: 'm', properties } as unknown as SpecEvent, names)
  }
  expect(names.list('tracks')).not.toBe(first)
})

it('names schemas by the same rules', () => {
  fc.assert(
    fc.property(key, (slug) => {
      const name = schemaName(slug, 63)
      expect(name).toMatch(/^[a-z_][a-z0-9_]*$/)
      expect(name.length).toBeLessThanOrEqual(63)
      expect(name).not.toMatch(/^(?:pg_|public$|information_schema$|_sluice_)/)
    }),
  )
})

import { expect, it } from 'vitest'
import { copyOf } from '../../platform/copy.ts'
import { PLATFORM } from '../../platform/limits.ts'
import { Sql } from '../../platform/sql.ts'

const SCHEMA = ['CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)', "INSERT INTO t VALUES (1, 'first')"]

it('lays out each database alike, and none is another’s', () => {
  const [one, two] = [new Sql(), new Sql()]
  for (const sql of [one, two]) sql.lay(SCHEMA)
  one.run("INSERT INTO t VALUES (2, 'of one')")
  two.transaction(() => two.run('DELETE FROM t'))
  const three = new Sql()
  three.lay(SCHEMA)
  const bodies = [one, two, three].map((sql) => sql.run('SELECT body FROM t ORDER BY id').rows.flat())
  expect(bodies).toEqual([['first', 'of one'], [], ['first']])
  expect(() => three.transaction(() => three.run('INSERT INTO t VALUES (3)'))).toThrow(/has 2 columns/)
  for (const sql of [one, two, three]) sql.close()
})

it('is full at the bytes that it may hold, laid out once or again', () => {
  for (let n = 0; n < 2; n++) {
    const sql = new Sql({ ...PLATFORM, storageBytes: 100_000 })
    sql.lay(SCHEMA)
    const fill = () => sql.run('INSERT INTO t (body) VALUES (?)', ['x'.repeat(50_000)])
    fill()
    expect(() => [fill(), fill()]).toThrow(/full/)
    sql.close()
  }
})

it('copies as structuredClone does', () => {
  const value = {
    text: 'a',
    none: undefined,
    nil: null,
    list: [1, [true, { n: 1n }]],
    bytes: new Uint8Array([1, 2]),
    map: new Map([['k', new Set([1])]]),
    at: new Date(5),
    bare: Object.assign(Object.create(null) as object, { a: 1 }),
  }
  const copied = copyOf(value)
  expect(copied).toStrictEqual(structuredClone(value))
  expect(Object.keys(copied)).toEqual(Object.keys(value))
  for (const name of ['list', 'bytes', 'map', 'at', 'bare'] as const) expect(copied[name]).not.toBe(value[name])
  expect(copied.list[1]).not.toBe(value.list[1])
  expect(() => copyOf({ deep: [() => 1] })).toThrow(/could not be cloned/)
  expect(() => copyOf(Symbol('s'))).toThrow(/could not be cloned/)
})

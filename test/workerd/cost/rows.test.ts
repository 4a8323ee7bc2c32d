import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ROW_CASES, ROWS_EXPECTED, rowsOf } from '../../../bench/cost/row-cases.ts'

/** The bench counts rows by these rules in Node, where nothing else could contradict it. */
describe('rows as workerd counts them', () => {
  it('are what the bench takes them for', async () => {
    const stub = env.LANE.getByName(`rows-${crypto.randomUUID()}`)
    const counted = await runInDurableObject(stub, (_, { storage }) =>
      ROW_CASES.map((one) => {
        for (const statement of one.setup ?? []) storage.sql.exec(statement)
        const cursor = storage.sql.exec(one.query)
        cursor.toArray()
        return rowsOf(one, { written: cursor.rowsWritten, read: cursor.rowsRead })
      }),
    )
    expect(counted).toEqual(ROWS_EXPECTED)
  })
})

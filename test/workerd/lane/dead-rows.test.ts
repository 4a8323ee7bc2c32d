import { expect, it } from 'vitest'
import { CONFIG, dead, part, register, type Rig, run, T0, withLane } from './rig.ts'

const MILLION = 1_000_000
const STATEMENT = 100_000
const DAY = 86_400_000

/** So many copies of the lane's one dead letter before it, one a second, of five reasons in turn; one in a hundred thousand is rare. */
function copy(rig: Rig, count: number): void {
  const [row] = rig.select<{ id: number; body: string }>('SELECT id, body FROM dead')
  if (!row) throw new Error('there is no dead letter')
  const { id, body } = row
  for (let from = 1; from <= count; from += STATEMENT) {
    const reason = "CASE i % 100000 WHEN 7 THEN 'http_418' ELSE 'http_' || (400 + i % 4) END"
    rig.sql(`
      WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${Math.min(from + STATEMENT - 1, count)})
      INSERT INTO dead (id, body)
      SELECT ${id} - i * 1000000, json_set('${body}', '$.id', ${id} - i * 1000000, '$.reason', ${reason}) FROM n`)
  }
}

/** What the pages ask of a lane: rows read of each. */
function asked(rig: Rig): Record<string, number> {
  const reads: Record<string, number> = {}
  const time = (name: string, ask: () => unknown) => {
    const before = rig.read()
    ask()
    reads[name] = rig.read() - before
  }
  const [from, until] = [T0 - 6_000, T0 - 1_000]
  time('the newest', () => rig.lane.deadLetters(null, 5))
  time('of a reason', () => rig.lane.deadLetters(null, 5, { reason: 'http_402' }))
  time('of no reason that there is', () => rig.lane.deadLetters(null, 5, { reason: 'http_500' }))
  time('of a time', () => rig.lane.deadLetters(null, 5, { from, until }))
  time('of a reason and a time', () => rig.lane.deadLetters(null, 5, { reason: 'http_402', from, until }))
  time('of a time in which there was none', () => rig.lane.deadLetters(null, 5, { from: T0 + DAY }))
  time('one of them', () => rig.lane.deadLetter(rig.lane.deadLetters(null, 1)[0]?.id ?? 0))
  time('by reason, counted', () => rig.lane.metrics())
  time('what was sent again', () => rig.lane.redrives())
  return reads
}

/** The reads of a lane with so many dead letters. */
async function readsOf(letters: number): Promise<Record<string, number>> {
  let reads: Record<string, number> = {}
  await withLane((rig) => {
    register(rig, [part(1, 1)])
    run(rig, dead)
    copy(rig, letters)
    rig.reopen()
    reads = asked(rig)
    const rare = rig.lane.deadLetters(null, 50, { reason: 'http_418' })
    expect(rare).toHaveLength(Math.floor((letters + 99_993) / 100_000))
    // And what is rare is sent once more without a look at the others.
    const before = rig.read()
    rig.lane.configure({ ...CONFIG, version: 2 })
    rig.lane.redrive({ reason: 'http_418', before: null })
    expect(rig.read() - before).toBeLessThan(100)
  })
  return reads
}

it('a page of a million dead letters reads as few rows as one of ten', { timeout: 120_000 }, async () => {
  const ten = await readsOf(10)
  const million = await readsOf(MILLION)
  console.log(JSON.stringify(million))
  for (const [name, reads] of Object.entries(million)) {
    expect([name, reads <= (ten[name] ?? 0) + 5, reads < 15]).toEqual([name, true, true])
  }
})

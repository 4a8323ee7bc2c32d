import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Commit, LogQuery, Slice } from '../../../src/intake/index.ts'
import { begin, commitOf, settled, withIntake } from './rig.ts'

const batches = fc.array(fc.record({ events: fc.nat(40), refused: fc.nat(3) }), { maxLength: 12 })

/** Events and refusals of a slice, the newest first. */
function namesOf({ seq, from, to, refused }: Slice): string[] {
  const events = Array.from({ length: to - from }, (_, n) => `${seq}.${to - 1 - n}`)
  return [...refused.map(({ text }) => text), ...events]
}

it('goes through a log backwards, page by page, and names each event once', () =>
  fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 1, max: 50 }), async (all, count) =>
      withIntake((rig) => {
        const expected: string[] = []
        for (const [at, { events, refused }] of all.entries()) {
          const seq = at + 1
          const ids = Array.from({ length: events }, (_, n) => `${seq}-${n}`)
          const chunks: Commit['chunks'] = []
          for (let first = 0; first < events; first += 7) chunks.push([first, 7, Math.min(7, events - first)])
          const { batch } = begin(rig, `a${seq}`, ids)
          const few = Array.from({ length: refused }, (_, n) => ({ code: 'x', text: `${seq}.r${n}`, at: '' }))
          rig.intake.commit({ ...commitOf(batch, [`a${seq}`], ids), chunks, ...(refused > 0 && { refused: few }) })
          expected.unshift(...few.map(({ text }) => text), ...ids.map((_, n) => `${seq}.${events - 1 - n}`))
        }
        for (const only of [undefined, 'accepted', 'rejected'] as const) {
          const seen: string[] = []
          let before: LogQuery['before']
          for (;;) {
            const page = rig.intake.page({ count, ...(before && { before }), ...(only && { only }) })
            const names = page.slices.flatMap(namesOf)
            // Refusals of a batch stay together.
            expect(names.length).toBeLessThanOrEqual(count + 3)
            for (const slice of page.slices) expectHeld(slice)
            seen.push(...names)
            if (!page.next) break
            before = page.next
          }
          const wanted = only && ((name: string) => name.includes('r') === (only === 'rejected'))
          expect(seen).toEqual(wanted ? expected.filter(wanted) : expected)
        }
      }),
    ),
    { numRuns: 30 },
  ))

/** The members of a slice hold its events, and no member holds none of them. */
function expectHeld({ from, to, first, chunks }: Slice): void {
  const held = chunks.reduce((n, [, , events]) => n + events, 0)
  if (from === to) return
  expect(first).toBeLessThanOrEqual(from)
  expect(first + held).toBeGreaterThanOrEqual(to)
  expect(from - first).toBeLessThan(chunks[0]?.[2] ?? 0)
  expect(first + held - to).toBeLessThan(chunks.at(-1)?.[2] ?? 0)
}

it('knows routes as long as the window lasts, without settings, and contents for ever', () =>
  withIntake(async (rig) => {
    for (let n = 0; n < 1_001; n++) {
      const { batch } = begin(rig, `a${n}`, [`m${n}`])
      rig.intake.commit(commitOf(batch, [`a${n}`], [`m${n}`]))
    }
    const [last] = rig.intake.page({ count: 1 }).slices
    expect(last?.fates).toEqual([{ matched: 1, filtered: 0, reasons: {} }])
    for (let n = 0; n < 50; n++) await settled()
    rig.now += 25 * 3_600_000
    await rig.intake.alarm()
    const [oldest] = rig.intake.page({ count: 1, before: { seq: 1, event: 9 } }).slices
    expect(oldest).toMatchObject({ seq: 1, fates: null, from: 0, to: 1, refused: [] })
  }))

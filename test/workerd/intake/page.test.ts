import fc from 'fast-check'
import { expect, it } from 'vitest'
import { env } from 'cloudflare:workers'
import { type Commit, type LogFrom, type LogQuery, readLog, type Slice } from '../../../src/intake/index.ts'
import { begin, commitOf, log, sealAll, settled, SMALL_SEGMENTS, T0, withIntake } from './rig.ts'

const batches = fc.array(fc.record({ events: fc.nat(40), refused: fc.nat(3) }), { maxLength: 12 })

/** Events and refusals of a slice, the newest first. */
function namesOf({ seq, from, to, refused }: Slice): string[] {
  const events = Array.from({ length: to - from }, (_, n) => `${seq}.${to - 1 - n}`)
  return [...refused.map(({ text }) => text), ...events]
}

it('goes through a log backwards, page by page, and names each event once', () =>
  fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (all, count, sealed) =>
      withIntake(async (rig) => {
        const expected: string[] = []
        for (const [at, { events, refused }] of all.entries()) {
          const seq = at + 1
          const ids = Array.from({ length: events }, (_, n) => `${seq}-${n}`)
          const chunks: Commit['chunks'] = []
          for (let first = 0; first < events; first += 7) chunks.push([first, 7, Math.min(7, events - first)])
          const { batch } = begin(rig, `a${seq}`, ids)
          const few = Array.from({ length: refused }, (_, n) => ({
            code: 'bad_request' as const,
            text: `${seq}.r${n}`,
            at: '',
          }))
          rig.intake.commit({ ...commitOf(batch, [`a${seq}`], ids), chunks, ...(refused > 0 && { refused: few }) })
          expected.unshift(...few.map(({ text }) => text), ...ids.map((_, n) => `${seq}.${events - 1 - n}`))
        }
        if (sealed) await sealAll(rig)
        for (const only of [undefined, 'accepted', 'rejected'] as const) {
          const seen: string[] = []
          let before: LogQuery['before']
          for (;;) {
            const page = await rig.intake.page({ count, ...(before && { before }), ...(only && { only }) })
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
      }, SMALL_SEGMENTS),
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

it('knows routes for ever, without settings, also of rows that have left the object', () =>
  withIntake(async (rig) => {
    for (let n = 0; n < 9; n++) {
      const { batch } = begin(rig, `a${n}`, [`m${n}`])
      rig.intake.commit(commitOf(batch, [`a${n}`], [`m${n}`]))
    }
    await settled()
    await sealAll(rig)
    expect(rig.logRows()).toBeLessThan(3)
    for (const seq of [1, 9]) {
      const [slice] = (await rig.intake.page({ count: 1, before: { seq, event: 9 } })).slices
      expect(slice).toMatchObject({
        seq,
        from: 0,
        to: 1,
        fates: [{ matched: 1, filtered: 0, reasons: {} }],
        refused: [],
      })
    }
  }, SMALL_SEGMENTS))

it('reads the log in their order, from a row and from a time, across segments and live rows', () =>
  withIntake(
    async (rig) => {
      for (let n = 1; n <= 12; n++) {
        rig.now += 1_000
        log(rig, `a${n}`, [`m${n}`])
        await settled()
        if (n === 8) await rig.intake.alarm()
      }
      const from = async (where: LogFrom) => {
        const seqs = []
        const deps = {
          source: rig.log,
          archive: env.ARCHIVE,
          intake: { log: (at: LogFrom) => Promise.resolve(rig.intake.log(at)) },
        }
        for await (const { seq, routes } of readLog(deps, where)) seqs.push([seq, Object.keys(routes ?? {}).join()])
        return seqs
      }
      const all = Array.from({ length: 12 }, (_, n) => [n + 1, 'd1'])
      expect(rig.logRows()).toBe(6)
      for (let seq = 0; seq <= 13; seq++) expect(await from({ seq })).toEqual(all.slice(Math.max(0, seq - 1)))
      for (let n = 0; n <= 13; n++) {
        expect(await from({ since: T0 + n * 1_000 })).toEqual(all.slice(Math.max(0, n - 1)))
        expect(await from({ since: T0 + n * 1_000 - 1 })).toEqual(all.slice(Math.max(0, n - 1)))
      }
    },
    { ...SMALL_SEGMENTS, liveMs: 0, segmentsAtOnce: 3 },
  ))

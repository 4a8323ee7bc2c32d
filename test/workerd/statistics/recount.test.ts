import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR, type Rig, T0, withStatistics } from './rig.ts'

/** What was counted against a plain recount of the archive, over all kinds of events, sizes of batches and deaths. */

const NAMES = ['Paid', 'paid', 'Signed Up', '', 'a.b', 'track', '__proto__', 'Ünïcode 👩‍👩‍👧']
const KEYS = ['total', 'a', 'b', 'a.b', '$', '__proto__', 'items']

const leaf = fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 3 }),
  ),
}))
const properties = fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 4 })
const event = fc.oneof(
  fc.record({ type: fc.constant('track'), event: fc.constantFrom(...NAMES), properties }),
  fc.record({ type: fc.constantFrom('page', 'screen'), name: fc.constantFrom(...NAMES), properties }),
  fc.record({ type: fc.constantFrom('identify', 'group'), traits: properties }),
  fc.record({ type: fc.constant('alias'), previousId: fc.constant('p') }),
)
/** A batch: its events, how long after the one before it came, and whether the object dies then, after so many writes. */
const batch = fc.record({
  events: fc.array(event, { maxLength: 12 }),
  laterMs: fc.integer({ min: 0, max: 3 * HOUR }),
  duplicates: fc.integer({ min: 0, max: 3 }),
  rejected: fc.integer({ min: 0, max: 3 }),
  dies: fc.option(fc.integer({ min: 0, max: 3 })),
})

interface Archived {
  type: string
  event?: string
  name?: string
  receivedAt: string
  properties?: unknown
  traits?: unknown
}

/** Every event in the archive of the source. */
async function archive({ source, archive }: Rig): Promise<Archived[]> {
  const { objects } = await archive.list({ prefix: `raw/${source}/` })
  const all: Archived[] = []
  for (const { key } of objects) {
    const object = await archive.get(key)
    const text = gunzipSync(new Uint8Array((await object?.arrayBuffer()) ?? [])).toString()
    all.push(...text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Archived])))
  }
  return all
}

/** Each path of a value with the kinds of what stands there. */
function pathsOf(of: unknown, path: string, into: Map<string, Set<string>>): void {
  if (path !== '') {
    const kind = of === null ? 'null' : Array.isArray(of) ? 'array' : typeof of
    into.set(path, (into.get(path) ?? new Set()).add(kind))
  }
  if (Array.isArray(of)) for (const one of of) pathsOf(one, `${path}.$`, into)
  else if (typeof of === 'object' && of !== null)
    for (const [key, one] of Object.entries(of)) pathsOf(one, path === '' ? key : `${path}.${key}`, into)
}

function recount(events: readonly Archived[]) {
  const names = new Map<string, { total: number; paths: Map<string, Map<string, number>> }>()
  const types = new Map<string, number>()
  for (const one of events) {
    const name = one.type === 'track' ? one.event : one.name
    const key = JSON.stringify([one.type, name ?? null])
    const of = names.get(key) ?? { total: 0, paths: new Map<string, Map<string, number>>() }
    names.set(key, of)
    of.total++
    const hour = JSON.stringify([Math.floor(Date.parse(one.receivedAt) / HOUR) * HOUR, one.type])
    types.set(hour, (types.get(hour) ?? 0) + 1)
    const paths = new Map<string, Set<string>>()
    pathsOf((one.type === 'identify' || one.type === 'group' ? one.traits : one.properties) ?? {}, '', paths)
    for (const [path, kinds] of paths) {
      const counts = of.paths.get(path) ?? new Map<string, number>()
      of.paths.set(path, counts)
      for (const kind of ['*', ...kinds]) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
  return { names, types }
}

describe('what was counted', () => {
  it('is what a plain recount of the archive comes to, whenever the object dies', { timeout: 120_000 }, async () => {
    const dials = { portionChunks: 1, portionProperties: 3, stepChunks: 2 }
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 8 }), (batches) =>
        withStatistics(
          async (rig) => {
            for (const { events, laterMs, duplicates, rejected, dies } of batches) {
              rig.now += laterMs
              const received = events.length + duplicates
              await rig.commit(events, {
                received,
                duplicates,
                rejected: rejected > 0 ? { bad_request: rejected } : {},
              })
              if (dies === null) continue
              rig.dieAfter = dies
              await rig.statistics.alarm()
              rig.dieAfter = Infinity
              rig.reopen()
            }
            await rig.run()
            const { names, types } = recount(await archive(rig))
            const page = { count: 1_000 }
            const { events } = await rig.statistics.schema({ sort: 'name', page })
            const counted = events.lines.map(({ type, name, total }) => [JSON.stringify([type, name]), total])
            expect(new Map(counted as [string, number][])).toEqual(
              new Map([...names].map(([key, { total }]) => [key, total])),
            )
            for (const { type, name } of events.lines) {
              const of = await rig.statistics.event(type, name)
              const paths = (of?.properties ?? []).map((one): [string, Map<string, number>] => [
                one.path,
                new Map([['*', one.events], ...Object.entries(one.types)]),
              ])
              expect(new Map(paths)).toEqual(names.get(JSON.stringify([type, name]))?.paths)
            }
            const { points } = await rig.statistics.arrived({ step: 'hour', from: T0 - HOUR, until: rig.now + HOUR })
            const byType = points.flatMap(({ at, value }) =>
              Object.entries(value.types).map(([type, n]): [string, number] => [JSON.stringify([at, type]), n]),
            )
            expect(new Map(byType)).toEqual(types)
            const { arrived } = await rig.statistics.totals()
            const { requests, received, duplicates, rejected, archived } = rig.intake.counters()
            expect(arrived).toMatchObject({ requests, received, duplicates, rejected, archived, unreadable: 0 })
          },
          { dials },
        ),
      ),
      { numRuns: 60, seed: 13 },
    )
  })
})

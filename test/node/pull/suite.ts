import { describe, expect, it } from 'vitest'
import type { VendorServer } from '../../pull/vendor-server.ts'
import { Random } from '../../warehouse/random.ts'
import { expectSame, type VendorRig } from './rig.ts'
import type { PullRun } from '../../../src/pull/index.ts'

/** Seeds and sizes of all vendors are from the environment: `STRIPE_OBJECTS=200000 npm run test:one -- test/node/pull/stripe.test.ts`. */
const LARGE = 10_000
const numberOf = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise)

const TROUBLES = ['slow down', 'broken', 'cut'] as const
const FATES = ['before', 'after', 'dies after', 'writer'] as const

/** What holds of every vendor. */
export function vendorSuite<S extends VendorServer>(rig: VendorRig<S>): void {
  const { tested, vendor } = rig
  const prefix = tested.id.toUpperCase()

  describe('a first run', () => {
    it('reads everything, and the tables are what the server holds', async () => {
      const random = new Random(3)
      while (tested.size(rig.server) < 300) {
        tested.disturb(rig.server, random)
        rig.world.clock.now += 500
      }
      rig.world.clock.now += 3_600_000
      const report = await rig.pulled()
      expect(report).toMatchObject({
        state: 'idle',
        failures: 0,
        error: null,
        run: null,
        last: { cause: 'person' },
      })
      expect(report.last?.passes).toMatchObject({ done: report.last?.passes.all, current: null })
      await rig.world.settle()
      await expectSame(rig)
      const nothing = await rig.pulled()
      expect(nothing.last?.calls).toBeLessThan(report.calls)
    })

    it('leaves out what nobody wants, and reads it whole when it is wanted', async () => {
      const random = new Random(4)
      while (tested.size(rig.server) < 120) {
        tested.disturb(rig.server, random)
        rig.world.clock.now += 500
      }
      rig.world.clock.now += 3_600_000
      const [table = ''] = [...tested.rows(rig.server).keys()]
      const wanted = vendor.collections.find((name) => name === table) ?? ''
      expect(wanted).not.toBe('')
      const all = [...vendor.collections, ...(tested.added ?? [])]
      rig.change({ leftOut: all.filter((name) => name !== wanted) })
      const report = await rig.pulled()
      expect(Object.keys(report.collections)).toEqual([wanted])
      rig.change({ leftOut: [] })
      await rig.pulled()
      await rig.world.settle()
      await expectSame(rig)
    })
  })

  const count = numberOf(`${prefix}_OBJECTS`, 200)
  const isLarge = count >= LARGE
  const say = (what: string) => isLarge && console.log(new Date().toISOString(), what)

  it(
    'has the tables equal what the server holds, whatever dies, is cut, is slowed down and changes meanwhile',
    async () => {
      const random = new Random(numberOf(`${prefix}_SEED`, 1))
      const { server, world } = rig
      while (tested.size(server) < count) {
        tested.disturb(server, random)
        world.clock.now += 500
      }
      if (isLarge) tested.grow?.(server)
      say(`${tested.size(server)} objects are there`)
      let deaths = 0
      let left = 12
      const met: Record<string, number> = {}
      // Each is met once at least.
      const [troubles, fates] = [[...TROUBLES], [...FATES]]
      server.trouble = () => {
        tested.spoil?.(server, random)
        const trouble = random.chance(tested.fails) ? (troubles.pop() ?? random.of(TROUBLES)) : null
        if (trouble) met[trouble] = (met[trouble] ?? 0) + 1
        return trouble
      }
      server.meanwhile = () => random.chance(0.3) && tested.disturb(server, random)
      // Of many calls fewer die each, so that they die all through the run.
      const dying = Math.min(0.25, 1_500 / count)
      rig.dies = () => left > 0 && random.chance(dying) && (left--, deaths++, true)
      world.fate = (call) => {
        if (call === 'load')
          return random.chance(0.1) ? random.of(['dies before', 'dies after', 'late'] as const) : null
        const fate = random.chance(0.3) ? (fates.pop() ?? random.of(FATES)) : null
        if (fate) met[fate] = (met[fate] ?? 0) + 1
        return fate
      }
      // A step does one page.
      rig.openPuller(0)
      const first = await rig.pulled(0)
      say(`first run: ${figures(first.last)}, ${deaths} deaths, ${JSON.stringify(met)}`)
      for (let n = 0; n < 3; n++) {
        world.clock.now += 3_600_000
        const { last } = await rig.pulled(0)
        say(`then: ${figures(last)}`)
        await world.settle()
        say('loaded')
      }
      expect(deaths).toBeGreaterThanOrEqual(10)
      expect(Object.keys(met)).toEqual(
        expect.arrayContaining(['slow down', 'broken', 'cut', 'before', 'after', 'writer']),
      )
      // Nothing changes any more. What is read once a day is read once more too: then they are the same.
      server.meanwhile = () => undefined
      world.clock.now += 25 * 3_600_000
      const { last } = await rig.pulled(0)
      expect(last?.troubles).toEqual([])
      await world.settle()
      const { rows, deleted } = await expectSame(rig)
      say(`${rows} rows compared, ${deleted} of them deleted; ${JSON.stringify(rig.largest)}`)
      say(`${Math.round(process.resourceUsage().maxRSS / 1_024)} MB at most with server, log, archive and comparison`)
      expect(deleted).toBeGreaterThan(5)
    },
    isLarge ? 3_600_000 : undefined,
  )
}

function figures(run: PullRun | null): string {
  const { objects = 0, calls = 0, startedAt = 0, endedAt = 0, expected = null } = run ?? {}
  const hours = (((endedAt ?? 0) - startedAt) / 3_600_000).toFixed(1)
  const said = expected ? `, about ${expected.of} were expected` : ''
  return `${objects} objects${said}, ${calls} calls, ${(calls / Math.max(1, objects)).toFixed(4)} an object, ${hours} hours`
}

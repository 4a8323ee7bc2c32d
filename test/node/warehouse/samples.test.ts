import { describe, expect, it } from 'vitest'
import { foldNotices, type SyncNotice } from '../../../src/tables/index.ts'
import { withoutPeople } from '../../../src/warehouse/samples.ts'
import { WarehouseWorld } from './world.ts'

const PAGE = { count: 100 }
const paid = (userId: string, total: unknown) => ({ userId, event: 'Paid', properties: { total } })

/** A warehouse whose syncs and backfill have noted values of u1 and u2. */
async function noted(): Promise<WarehouseWorld> {
  const world = new WarehouseWorld()
  await world.commit('src_a', [paid('u0', 1)])
  await world.object.changed()
  await world.run()
  await world.commit('src_a', [
    paid('u1', 'of u1'),
    paid('u2', 'of u2'),
    { type: 'alias', userId: 'u3', previousId: 'u1', context: { app: { 'Na me': 'x', na_me: 'of u3 and u1' } } },
  ])
  await world.object.syncNow()
  await world.run()
  await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from: null, collections: null })
  await world.run(60_000)
  return world
}

const samplesOf = (notices: readonly SyncNotice[]) =>
  notices.flatMap(({ samples }) => samples.map(({ value }) => value)).toSorted((a, b) => (a < b ? -1 : 1))
const ofSyncs = (world: WarehouseWorld) =>
  samplesOf(world.object.sourceSyncs({}, PAGE).lines.flatMap(({ notices }) => notices))
const ofJobs = (world: WarehouseWorld) =>
  samplesOf(world.object.jobs().flatMap((job) => ('notices' in job ? job.notices : [])))

describe('what syncs and jobs have noted of a person', () => {
  it('is forgotten at once when they are erased, counts stay', async () => {
    const world = await noted()
    expect(ofSyncs(world)).toEqual(expect.arrayContaining(['of u1', 'of u2']))
    expect(ofJobs(world)).toEqual(expect.arrayContaining(['of u1', 'of u2']))
    const counts = () =>
      world.object.sourceSyncs({}, PAGE).lines.flatMap(({ notices }) => notices.map((one) => one.count))
    const before = counts()
    await world.object.order('ers_1', { kind: 'erasure', userIds: ['u1'] })
    for (const left of [ofSyncs(world), ofJobs(world)]) {
      expect(left).toContain('of u2')
      expect(left.join()).not.toContain('u1')
    }
    expect(counts()).toEqual(before)
    // Nor is it there in what another instance reads.
    world.open()
    expect(JSON.stringify([ofSyncs(world), ofJobs(world)])).not.toContain('u1')
  })

  it('is forgotten too where a step noted it while it was ordered', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', [paid('u0', 1)])
    await world.object.changed()
    await world.run()
    await world.commit('src_a', [paid('u1', 'of u1')])
    let ordered: Promise<unknown> = Promise.resolve()
    world.strike = (statement) => {
      if (statement === 'load') ordered = world.object.order('ers_1', { kind: 'erasure', userIds: ['u1'] })
      return null
    }
    await world.object.syncNow()
    await world.run(3_600_000)
    await ordered
    expect(world.object.jobs()).toMatchObject([{ kind: 'erasure', state: 'done' }])
    expect(world.object.sourceSyncs({}, PAGE).lines.flatMap(({ notices }) => notices)).toMatchObject([{ count: 1 }])
    expect(ofSyncs(world)).toEqual([])
  })
})

it('a sample goes whose owner is not known, and one of no event stays', () => {
  const notice = (...samples: SyncNotice['samples']): SyncNotice => ({
    code: 'not_castable',
    table: 't',
    column: 'c',
    count: 9,
    samples,
  })
  const known = notice(
    { id: 'm1', value: 'a', of: ['u1', 'u9'] },
    { id: 'm2', value: 'b', of: ['u2'] },
    { id: 'm3', value: 'c', of: [] },
  )
  expect(withoutPeople([known], ['u9'])).toMatchObject([{ count: 9, samples: [{ value: 'b' }, { value: 'c' }] }])
  expect(
    withoutPeople([notice({ id: 'u1', value: 'row of users' }, { id: '', value: 'raw/key' })], ['u1']),
  ).toMatchObject([{ samples: [{ value: 'raw/key' }] }])
  expect(withoutPeople([notice({ id: 'm2', value: 'b', of: ['u2'] }, { id: '', value: 'raw/key' })], ['u1'])).toBeNull()
  expect(foldNotices([known])).toEqual([known])
})

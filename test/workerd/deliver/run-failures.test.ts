import { describe, expect, it } from 'vitest'
import { grantOf, LaneStandIn, work } from './lane-stand-in.ts'

const bucket = (get: () => Promise<null>) => ({ get }) as unknown as R2Bucket
const away = () => Promise.reject(new Error('away'))

describe('a grant that cannot be prepared', () => {
  it.each<[string, NonNullable<Parameters<typeof work>[2]>, string]>([
    ['the archive does not answer', { archive: bucket(away) }, 'unsent: 0 1 2'],
    ['settings do not answer', { target: away }, 'unsent: 0 1 2'],
    ['the object is gone', { archive: bucket(() => Promise.resolve(null)) }, 'retry ARCHIVE_OBJECT_MISSING: 0 1 2'],
    ['the destination is gone', { target: () => Promise.resolve(null) }, 'retry DESTINATION_MISSING: 0 1 2'],
    ['both are away', { archive: bucket(away), target: away }, 'unsent: 0 1 2'],
    [
      'the destination is gone and the archive away',
      { archive: bucket(away), target: () => Promise.resolve(null) },
      'unsent: 0 1 2',
    ],
  ])('because %s: %o', async (_, deps, outcome) => {
    const grant = await grantOf(3)
    const lane = new LaneStandIn([grant])
    const { sent, logged } = await work(() => lane, undefined, deps)
    expect(lane.outcomes).toEqual([outcome])
    expect(lane.settled[0]?.settlement).toMatchObject({ work: 1, lease: grant.lease, seq: grant.seq })
    expect(sent).toEqual([])
    expect(logged.some(([level, message]) => level !== 'info' && String(message).startsWith('grant cannot be'))).toBe(
      true,
    )
  })

  it('is unsent when the destination is stopped, and its lane hears of it', async () => {
    const stopped = { enabled: false, version: 7 }
    const target = () => Promise.resolve({ stopped })
    const told: unknown[] = []
    const lane = new LaneStandIn([await grantOf(3)])
    lane.configure = ((config: unknown) => Promise.resolve(void told.push(config))) as unknown as typeof lane.configure
    const { sent } = await work(() => lane, undefined, { target })
    expect(lane.outcomes).toEqual(['unsent: 0 1 2'])
    expect(told).toEqual([stopped])
    expect(sent).toEqual([])
  })

  it('is unsent when its object is damaged', async () => {
    const [one, two] = [await grantOf(3), await grantOf(500)]
    const lane = new LaneStandIn([{ ...one, chunks: two.chunks }])
    await work(() => lane)
    expect(lane.outcomes).toEqual(['unsent: 0 1 2'])
  })
})

it('gives up a line that is damaged, and sends its neighbours', async () => {
  const lane = new LaneStandIn([await grantOf(3, {}, 1)])
  const { sent } = await work(() => lane)
  expect(lane.outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'dead ARCHIVE_LINE_DAMAGED: 1',
    'delivered: 0 2',
  ])
  expect(sent).toHaveLength(2)
})

describe('a settlement that does not come through', () => {
  it.each([1, 2])('is repeated, without asking for more (%i times)', async (times) => {
    const [one, two] = [await grantOf(2), await grantOf(2)]
    const lane = new LaneStandIn([one, two])
    lane.failures.push(...Array.from({ length: times }, () => new Error('lost')))
    const { sent } = await work(() => lane)
    expect(lane.settled.map(({ next }) => next)).toEqual([true, false, false].slice(0, times + 1))
    expect(new Set(lane.settled.map(({ settlement }) => JSON.stringify(settlement))).size).toBe(1)
    expect(sent).toHaveLength(2)
  })

  it('is given up after three times, in words and without throwing', async () => {
    const lane = new LaneStandIn([await grantOf(2), await grantOf(2)])
    lane.failures.push(...Array.from({ length: 5 }, () => new Error('lost for good')))
    const { sent, logged } = await work(() => lane)
    expect(lane.settled).toHaveLength(3)
    expect(sent).toHaveLength(2)
    expect(logged).toContainEqual([
      'warn',
      'worker stopped early',
      { destination: 'dst_2', error: 'Error: lost for good' },
    ])
  })
})

describe('a lane that does not answer', () => {
  it.each<[string, () => LaneStandIn]>([
    ['when it is asked', () => new LaneStandIn([], away)],
    [
      'when it is looked up',
      () => {
        throw new Error('away')
      },
    ],
  ])('%s ends the worker, in words and without throwing', async (_, lane) => {
    const { sent, logged } = await work(() => new LaneStandIn([]), undefined, { lane })
    expect(sent).toEqual([])
    expect(logged).toEqual([['warn', 'worker stopped early', { destination: 'dst_2', error: 'Error: away' }]])
  })
})

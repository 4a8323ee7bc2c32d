import { expect, it } from 'vitest'
import { LANE_DIALS } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, settlement, take, withLane } from './rig.ts'

it('books what has arrived of a grant that goes on, and keeps its lease', () =>
  withLane((rig) => {
    register(rig, [part(1, 8)], { ...CONFIG, concurrency: 1 })
    const grant = take(rig)
    const { work, lease, seq } = grant
    const some = { work, lease, seq, results: [{ outcome: delivered, events: grant.events.slice(0, 3), tookMs: 5 }] }
    rig.lane.progress(some)
    const booked = { accepted: 8, delivered: 3, pending: 5 }
    expect(rig.lane.ledger()).toMatchObject(booked)
    // Told once more, it changes nothing; and it comes back from the rows.
    rig.lane.progress(some)
    rig.reopen()
    expect(rig.lane.ledger()).toMatchObject(booked)
    expect(rig.lane.take()).toBeNull()
    rig.lane.settle(
      settlement(grant, (event) => (event < 5 ? delivered : dead)),
      false,
    )
    expect(rig.lane.ledger()).toMatchObject({ delivered: 5, dead: 3, pending: 0 })
    expect(rig.lane.metrics().attempts).toEqual({ delivered: 5, http_400: 3 })
  }))

it('sends what was not told again when the lease is over, and nothing else', () =>
  withLane((rig) => {
    register(rig, [part(1, 8)])
    const grant = take(rig)
    const { work, lease, seq } = grant
    rig.lane.progress({
      work,
      lease,
      seq,
      results: [{ outcome: delivered, events: grant.events.slice(0, 4), tookMs: 5 }],
    })
    rig.now += 60_000
    rig.lane.alarm()
    expect(rig.lane.take()?.events).toEqual(grant.events.slice(4))
  }))

it('ends when all of it was told and its worker has died', () =>
  withLane((rig) => {
    register(rig, [part(1, 8)])
    const { work, lease, seq, events } = take(rig)
    rig.lane.progress({ work, lease, seq, results: [{ outcome: delivered, events, tookMs: 5 }] })
    expect(rig.lane.ledger()).toMatchObject({ delivered: 8, pending: 0 })
    rig.now += 60_000
    rig.lane.alarm()
    expect(rig.rows('work')).toBe(0)
    expect(rig.lane.ledger()).toMatchObject({ delivered: 8, pending: 0 })
  }))

it('asks for nothing while a grant goes on unless somebody wants it', () =>
  withLane((rig) => {
    register(rig, [part(1, 8)])
    expect(LANE_DIALS.progress).toBeNull()
    expect(rig.lane.take()).not.toHaveProperty('progress')
  }))

it('books what a work has twice once for each, however often it is told', () =>
  withLane((rig) => {
    const twice = [part(1, 4), part(1, 4)].map((one, at) => ({ ...one, seq: at + 1, origin: { log: 'other', seq: 7 } }))
    register(rig, twice)
    const first = take(rig)
    const told = settlement(first, () => delivered)
    const whole = { ...told, part: first.part! }
    rig.lane.progress(whole)
    rig.lane.settle(whole, false)
    rig.lane.settle(whole, false)
    expect(rig.lane.ledger()).toMatchObject({ accepted: 8, delivered: 4, pending: 4 })
    expect(take(rig).events).toEqual([0, 1, 2, 3])
  }))

it('waits for no lease that was given in another generation of the platform', () =>
  withLane((rig) => {
    rig.generation = 'first'
    rig.reopen()
    register(rig, [part(1, 8)], { ...CONFIG, concurrency: 1 })
    const { events } = take(rig)
    expect(rig.lane.permit('rpl_1', 1)).toBeNull()
    // An instance that is another one is not another generation.
    rig.reopen()
    expect(rig.lane.take()).toBeNull()
    rig.generation = 'second'
    rig.reopen()
    expect(take(rig).events).toEqual(events)
  }))

it('has the place of a replay’s worker free when everything has died', () =>
  withLane((rig) => {
    rig.generation = 'first'
    rig.reopen()
    register(rig, [], { ...CONFIG, concurrency: 1 })
    expect(rig.lane.permit('rpl_1', 1)).not.toBeNull()
    rig.reopen()
    expect(rig.lane.permit('rpl_1', 1)).toBeNull()
    rig.generation = 'second'
    rig.reopen()
    expect(rig.lane.permit('rpl_1', 1)).not.toBeNull()
  }))

it('waits for every lease where no generation is known', () =>
  withLane((rig) => {
    rig.generation = 'first'
    rig.reopen()
    register(rig, [part(1, 8)], { ...CONFIG, concurrency: 1 })
    take(rig)
    rig.generation = undefined
    rig.reopen()
    expect(rig.lane.take()).toBeNull()
  }))

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { flowOf, ROW } from '../../../src/control/home/flow.ts'
import { describeFlow, publishHealth } from '../../../src/control/destinations/index.ts'
import { listBusiest, publishTraffic } from '../../../src/control/sources/index.ts'
import { context } from '../../../src/context.ts'
import type { LaneHealth } from '../../../src/lane/index.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { otherWorkspace } from '../api/client.ts'
import { rig } from './rig.ts'

const now = Date.now()
const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, { ...context, now: () => now })
const health = (accepted: number, facts: Partial<LaneHealth> = {}): LaneHealth => ({
  state: 'ok',
  since: now - 60_000,
  why: null,
  nextTryAt: null,
  waiting: 0,
  oldestAt: null,
  lastDeliveredAt: now,
  day: { accepted, delivered: accepted, failedAttempts: 0, dead: 0 },
  quarter: { accepted: 0, delivered: 0, failedAttempts: 0, dead: 0 },
  at: now,
  ...facts,
})

/** Sources with destinations, each with so many events, in a workspace of its own. */
async function workspace(of: Record<string, Record<string, LaneHealth>>) {
  const { id: workspaceId } = await otherWorkspace()
  const ids: Record<string, string> = {}
  for (const [source, destinations] of Object.entries(of)) {
    const id = (ids[source] = `src_${workspaceId}${source}`)
    await env.DB.prepare(
      "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, 'http-api', 1, 0, 0)",
    )
      .bind(id, workspaceId, source.toLowerCase(), source)
      .run()
    let sum = 0
    for (const [name, told] of Object.entries(destinations)) {
      const to = (ids[name] = `dst_${workspaceId}${name}`)
      await env.DB.prepare(
        "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, ?, 'webhooks', ?, 1, '{}', 4, 'segment-4h', 1, 0, 0)",
      )
        .bind(to, workspaceId, id, name)
        .run()
      await publishHealth(db, to, told)
      sum += told.day.accepted
    }
    await publishTraffic(db, id, {
      day: { accepted: sum, rejected: 2 },
      lately: { accepted: 0, rejected: 0 },
      lastEventAt: now,
      usualGapMs: null,
      at: now,
    })
  }
  return { workspaceId, ids, at: rig({ workspaceId, ctx: { now: () => now } }) }
}

const failing = (accepted: number) => health(accepted, { state: 'failing', why: 'http_503', waiting: 25 })

async function flow(workspaceId: string, mostSources: number, mostDestinations: number) {
  const sources = await listBusiest(db, workspaceId, mostSources)
  const destinations = await describeFlow(
    db,
    workspaceId,
    sources.lines.map(({ id }) => id),
    mostDestinations,
  )
  return { sources, destinations, flow: flowOf(sources, destinations, now) }
}

describe('the picture of a workspace', () => {
  it('of two sources and three destinations has each of them, as wide as their events', async () => {
    const { workspaceId } = await workspace({
      Web: { A: health(1_000), B: failing(500) },
      Server: { C: health(0) },
    })
    const { flow: of } = await flow(workspaceId, 12, 16)
    expect(of.sources.map(({ name, accepted }) => [name, accepted])).toEqual([
      ['Web', 1_500],
      ['Server', 0],
    ])
    expect(of.destinations.map((one) => 'line' in one && one.line.name)).toEqual(['A', 'B', 'C'])
    expect(of.bands.map(({ source, destination, events, tone }) => [source, destination, events, tone])).toEqual([
      [0, 0, 1_000, 'good'],
      [0, 1, 500, 'bad'],
      [1, 2, 0, 'good'],
    ])
    expect(of.height).toBe(3 * ROW)
    const widths = of.bands.map(({ path }) => Number(/v([\d.]+)/.exec(path)?.[1]))
    expect(widths[0]).toBeCloseTo((widths[1] ?? 0) * 2, 0)
    expect(widths[2]).toBe(1.5)
  })

  it('of two hundred and three hundred groups what is many, and leaves no event out', async () => {
    const many: Record<string, Record<string, LaneHealth>> = {}
    for (let n = 0; n < 20; n++) {
      many[`S${n}`] = Object.fromEntries(
        [0, 1, 2].map((m) => [`D${n}x${m}`, n === 19 && m === 2 ? failing(1) : health(n * 10 + m)]),
      )
    }
    const { workspaceId } = await workspace(many)
    const { flow: of, destinations, sources } = await flow(workspaceId, 5, 7)
    expect(of.sources.map(({ name }) => name)).toEqual(['S19', 'S18', 'S17', 'S16', 'S15', '15 other sources'])
    expect(of.destinations).toHaveLength(8)
    expect(of.destinations.at(-1)).toMatchObject({ count: 53, needs: 0 })
    // One that needs somebody is told apart, however little comes to it.
    expect(of.destinations.some((one) => 'line' in one && one.line.name === 'D19x2')).toBe(true)
    const all = Object.values(many)
      .flatMap(Object.values)
      .reduce((sum, { day }) => sum + day.accepted, 0)
    expect(of.bands.reduce((sum, { events }) => sum + events, 0)).toBe(all)
    expect(of.sources.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(all)
    expect(destinations.totals).toMatchObject({ count: 60, needs: 1, delivered: all, waiting: 25, dead: 0 })
    expect(sources.totals).toEqual({ count: 20, accepted: all, rejected: 40 })
    expect(of.height).toBe(8 * ROW)
    for (const { path } of of.bands) {
      const ys = [...path.matchAll(/(?:M0|100|50) ([\d.-]+)/g)].map(([, y]) => Number(y))
      expect(Math.min(...ys)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...ys)).toBeLessThanOrEqual(of.height)
    }
  })

  it('forgets what is longer ago than a day', async () => {
    const old = { at: now - 25 * 3_600_000 }
    const { workspaceId } = await workspace({ Web: { A: health(1_000, old) } })
    const { flow: of, destinations } = await flow(workspaceId, 5, 5)
    expect(of.bands[0]).toMatchObject({ events: 0, tone: 'off' })
    expect(destinations.totals).toMatchObject({ count: 1, delivered: 0 })
  })
})

describe('the home page', () => {
  it('says who needs somebody and why, and five numbers', async () => {
    const { at, ids } = await workspace({ Web: { A: health(1_000), B: failing(500) } })
    const { html } = await at.get('/')
    expect(html).toContain('1 needs you')
    expect(html).toContain('the endpoint answered 503; 25 events wait')
    const numbers = [...html.matchAll(/<dt>([^<]+)<\/dt><dd><data class="figure-value" value="(\d+)"/g)]
    expect(Object.fromEntries(numbers.map(([, label, value]) => [label, Number(value)]))).toEqual({
      Accepted: 1_500,
      Delivered: 1_500,
      Waiting: 25,
      'Dead letters': 0,
      Rejected: 2,
    })
    expect(html).toContain(`<a href="/destinations/${ids['B']}">B</a>`)
    expect(html).toContain('Failing, 25 wait')
    expect(html).toContain('The same as a table')
    expect(html).not.toMatch(/ style=|<style|onclick=/)
  })

  it('says what to do first, as long as there is nothing', async () => {
    const { at } = await workspace({})
    expect((await at.get('/')).html).toContain('Begin with a source')
    const other = await workspace({ Web: {} })
    expect((await other.at.get('/')).html).toContain('Then a destination')
  })
})

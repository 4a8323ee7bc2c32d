import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { beforeEach, describe, expect, it } from 'vitest'
import { AlertWatch, raiseAlert, tellAlerts, type TellDeps, tidyAlerts } from '../../../src/control/alerts/index.ts'
import { context, type OutgoingRequest } from '../../../src/context.ts'
import type { SourceHealth } from '../../../src/intake/index.ts'
import type { HealthFigures, LaneHealth } from '../../../src/lane/index.ts'
import { FIRST_WORKSPACE, openDatabase } from '../../../src/settings/index.ts'
import { ask, newDestination } from '../api/client.ts'
import { rig } from '../panel/rig.ts'
import { newSource } from '../world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SECRET = `whsec_${btoa('a secret of thirty-two bytes, yes')}`
const HOOK = 'https://alerts.example.com/in'

let now = Date.now()
let posted: OutgoingRequest[]
let mailed: { to: string; subject: string; text: string }[]
let status: number
/** Runs before a request is answered. */
let answering: () => Promise<void>

const ctx = {
  ...context,
  now: () => now,
  log: () => undefined,
  fetch: async (request: OutgoingRequest) => {
    posted.push(request)
    await answering()
    return new Response('ok', { status })
  },
}
const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx)
const deps: TellDeps = {
  ctx,
  db,
  allowLocal: false,
  mail: (mail) => {
    mailed.push(mail)
    return Promise.resolve(true)
  },
  hasMailer: true,
  panelUrl: 'https://panel.example.com',
}
const at = rig({ ctx: { now: () => now } })

const none: HealthFigures = { accepted: 0, delivered: 0, failedAttempts: 0, dead: 0 }
const fine = (): LaneHealth => ({
  state: 'ok',
  since: now,
  why: null,
  nextTryAt: null,
  waiting: 0,
  oldestAt: null,
  lastDeliveredAt: now,
  day: none,
  quarter: none,
  at: now,
})
const failing = (facts: Partial<LaneHealth> = {}): LaneHealth => ({
  ...fine(),
  state: 'failing',
  why: 'http_503',
  waiting: 25,
  oldestAt: now - MINUTE,
  quarter: { ...none, delivered: 20, failedAttempts: 100 },
  ...facts,
})
const came = (facts: Partial<SourceHealth> = {}): SourceHealth => ({
  day: { accepted: 1_000, rejected: 0 },
  lately: { accepted: 100, rejected: 0 },
  lastEventAt: now,
  usualGapMs: HOUR,
  at: now,
  ...facts,
})

interface Alert {
  id: string
  state: string
  rule: string
  title: string
  text: string
  subject: { id: string }
}
const listed = async (state = 'open') =>
  (await ask<{ alerts: Alert[] }>(at, 'GET', `/api/alerts?state=${state}`)).alerts
const rulesOpen = async (id: string) =>
  (await listed())
    .filter(({ subject }) => subject.id === id)
    .map(({ rule }) => rule)
    .toSorted()
const rules = (body: unknown) => ask(at, 'PATCH', '/api/alert-rules', body)

async function destination(): Promise<{
  id: string
  watch: AlertWatch
  look: (health: LaneHealth) => Promise<number | null>
}> {
  const { id } = await newDestination(at, (await newSource(at)).id)
  const watch = new AlertWatch('destination', id, deps)
  return { id, watch, look: (health) => lookAt(watch, health) }
}

async function lookAt(watch: AlertWatch, health: LaneHealth): Promise<number | null> {
  const again = await watch.lookAtLane(health)
  await watch.telling
  return again
}

/** What was posted, as its receiver reads it. */
const notices = () =>
  posted.map(({ body }) => JSON.parse(body) as { type: string; data: { rule: string; subject: { id: string } } })
const typesOf = (id: string) =>
  notices()
    .filter(({ data }) => data.subject.id === id)
    .map(({ type }) => type)

beforeEach(async () => {
  posted = []
  mailed = []
  status = 200
  answering = () => Promise.resolve()
  now += HOUR
  await env.DB.prepare('DELETE FROM alerts').run()
  await rules({ webhookUrl: HOOK, webhookSecret: SECRET, mail: true })
})

describe('an alert of a destination', () => {
  it('is opened once and closed once, and told once of each', async () => {
    const { id, look } = await destination()
    for (let n = 0; n < 3; n++) await look(failing())
    expect(await rulesOpen(id)).toEqual(['success_rate'])
    expect(typesOf(id)).toEqual(['alert.opened'])
    for (let n = 0; n < 3; n++) await look(fine())
    expect(await rulesOpen(id)).toEqual([])
    expect(typesOf(id)).toEqual(['alert.opened', 'alert.closed'])
    const [closed] = await listed('closed')
    expect(closed).toMatchObject({ state: 'closed', rule: 'success_rate', title: 'Webhooks fails' })
    expect(closed?.text).toBe('Of 120 attempts in 15 minutes 100 failed: the endpoint answered 503. 25 events wait.')
  })

  it.each<[string, () => Partial<LaneHealth>, string[]]>([
    ['too few attempts', () => ({ quarter: { ...none, delivered: 0, failedAttempts: 99 } }), []],
    ['just enough success', () => ({ quarter: { ...none, delivered: 90, failedAttempts: 10 } }), []],
    ['a little less', () => ({ quarter: { ...none, delivered: 89, failedAttempts: 11 } }), ['success_rate']],
    ['events that wait for long', () => ({ quarter: none, oldestAt: now - 16 * MINUTE }), ['pending_age']],
    ['not so long', () => ({ quarter: none, oldestAt: now - 14 * MINUTE }), []],
    ['a pause of a person', () => ({ state: 'paused', oldestAt: now - 16 * MINUTE }), []],
    ['a receiver that is gone', () => ({ state: 'gone', oldestAt: now - 16 * MINUTE }), ['disabled_by_receiver']],
    ['dead letters', () => ({ quarter: none, day: { ...none, dead: 1 } }), ['dead_letters']],
  ])('%s', async (_, facts, expected) => {
    const { id, look } = await destination()
    await look(failing(facts()))
    expect(await rulesOpen(id)).toEqual(expected)
  })

  it('stays open while nobody can say, and asks to look again', async () => {
    const { id, look } = await destination()
    expect(await look(failing({ oldestAt: now - 10 * MINUTE, quarter: none }))).toBe(5 * MINUTE + 1_000)
    await look(failing({ oldestAt: now - 16 * MINUTE, quarter: none }))
    expect(await look(failing({ oldestAt: null, quarter: none }))).toBeLessThanOrEqual(5 * MINUTE)
    expect(await rulesOpen(id)).toEqual(['pending_age'])
    await look(failing())
    // Fewer attempts than say something, and still bad.
    await look(failing({ quarter: { ...none, delivered: 1, failedAttempts: 9 } }))
    expect(await rulesOpen(id)).toEqual(['success_rate'])
    await look(failing({ quarter: none }))
    expect(await rulesOpen(id)).toEqual([])
    expect(await look(fine())).toBeNull()
  })

  it('asks D1 for nothing while nothing is wrong', async () => {
    const { look } = await destination()
    await look(fine())
    const asked: string[] = []
    const counting = new Proxy(env.DB, {
      get: (of, name) => {
        asked.push(String(name))
        return Reflect.get(of, name) as unknown
      },
    })
    const watch = new AlertWatch('destination', 'dst', {
      ...deps,
      db: openDatabase(counting, env.ENCRYPTION_KEYS, ctx),
    })
    await watch.lookAtLane(fine())
    const { id } = await newDestination(at, (await newSource(at)).id)
    const other = new AlertWatch('destination', id, { ...deps, db: openDatabase(counting, env.ENCRYPTION_KEYS, ctx) })
    await other.lookAtLane(fine())
    asked.length = 0
    for (let n = 0; n < 5; n++) await other.lookAtLane(fine())
    expect(asked).toEqual([])
  })

  it('by two instances at once is one', async () => {
    const { id } = await destination()
    const watches = [0, 1, 2].map(() => new AlertWatch('destination', id, deps))
    await Promise.all(watches.map((watch) => lookAt(watch, failing())))
    expect(await rulesOpen(id)).toEqual(['success_rate'])
    expect(typesOf(id)).toEqual(['alert.opened'])
  })

  it('ends with its destination', async () => {
    const { id, look } = await destination()
    await look(failing())
    await ask(at, 'DELETE', `/api/destinations/${id}`)
    expect(await rulesOpen(id)).toEqual([])
    // What it knew of it is from before.
    expect(await look(failing())).toBeLessThanOrEqual(5 * MINUTE)
    expect(await rulesOpen(id)).toEqual([])
  })
})

describe('an alert of a warehouse', () => {
  it('ends with its warehouse', async () => {
    const settings = { host: 'db.example.com', database: 'd', username: 'u', password: 'p' }
    const body = { metadataId: 'postgres', name: 'Reports', settings }
    const { warehouse } = await ask<{ warehouse: { id: string } }>(at, 'POST', '/api/warehouses', body)
    const { id } = warehouse
    const alert = { workspaceId: FIRST_WORKSPACE, subjectId: id, subjectName: 'Reports', facts: { failures: 5 } }
    await raiseAlert(deps, { ...alert, rule: 'sync_failed' }, 'again')
    expect(await rulesOpen(id)).toEqual(['sync_failed'])
    await ask(at, 'DELETE', `/api/warehouses/${id}`)
    expect(await rulesOpen(id)).toEqual([])
    await tellAlerts(deps)
    expect(typesOf(id)).toEqual(['alert.opened'])
    // Whoever judged it before it was gone comes too late.
    await raiseAlert(deps, { ...alert, rule: 'sync_failed', of: 'warehouses' }, 'again')
    expect(await rulesOpen(id)).toEqual([])
  })
})

describe('what is told', () => {
  it('survives a death between opening and telling', async () => {
    const { id, watch } = await destination()
    // The object dies while it posts: nothing after that happens.
    answering = () => new Promise(() => undefined)
    await watch.lookAtLane(failing())
    await expect.poll(() => typesOf(id)).toEqual(['alert.opened'])
    answering = () => Promise.resolve()
    posted = []
    // Somebody has it in hand for a minute.
    await lookAt(new AlertWatch('destination', id, deps), failing())
    expect(typesOf(id)).toEqual([])
    now += 2 * MINUTE
    await lookAt(new AlertWatch('destination', id, deps), failing())
    expect(typesOf(id)).toEqual(['alert.opened'])
    posted = []
    await lookAt(new AlertWatch('destination', id, deps), failing())
    expect(typesOf(id)).toEqual([])
  })

  it('is told again while nobody takes it, with the same id, by the hourly look too', async () => {
    const { id, look } = await destination()
    status = 500
    await look(failing())
    now += 2 * MINUTE
    expect(await look(failing())).toBeLessThanOrEqual(5 * MINUTE)
    now += 2 * MINUTE
    status = 200
    expect(await tellAlerts(deps)).toBe(true)
    expect(typesOf(id)).toEqual(['alert.opened', 'alert.opened', 'alert.opened'])
    const { data } = JSON.parse(posted.at(-1)?.body ?? '{}') as { data: { url: string } }
    expect(data.url).toBe(`https://panel.example.com/destinations/${id}`)
    expect(new Set(posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await tellAlerts(deps)
    expect(posted).toHaveLength(3)
  })

  it('is given up after a day, and nobody looks at it for ever', async () => {
    const { id, look } = await destination()
    status = 500
    await look(failing())
    await look(fine())
    now += 25 * HOUR
    status = 200
    await look(fine())
    expect(await look(fine())).toBeNull()
    expect(typesOf(id).length).toBeLessThanOrEqual(3)
  })

  it('is signed as Standard Webhooks has it', async () => {
    const { look } = await destination()
    now = Date.now()
    await look(failing())
    const [request] = posted
    expect(request?.url).toBe(HOOK)
    expect(() => new Webhook(SECRET).verify(request?.body ?? '', request?.headers ?? {})).not.toThrow()
    expect(() => new Webhook(SECRET).verify(`${request?.body} `, request?.headers ?? {})).toThrow()
  })

  it('goes to owners and members by mail, but not to those who have muted it', async () => {
    const people = ['owner', 'member', 'read-only', 'owner'] as const
    for (const [n, role] of people.entries()) {
      const [id, created] = [`usr_mail${n}`, now]
      await env.DB.prepare(
        'INSERT OR IGNORE INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?)',
      )
        .bind(id, id, `${id}@example.com`, created, created)
        .run()
      await env.DB.prepare(
        'INSERT OR IGNORE INTO members (workspace_id, user_id, role, sources, created_at) VALUES (?, ?, ?, ?, ?)',
      )
        .bind(FIRST_WORKSPACE, id, role, '[]', created)
        .run()
    }
    await env.DB.prepare('INSERT INTO alert_readers (workspace_id, user_id, muted) VALUES (?, ?, 1)')
      .bind(FIRST_WORKSPACE, 'usr_mail3')
      .run()
    const { look } = await destination()
    await look(failing())
    // A file before may have left members behind.
    const mine = mailed.map(({ to }) => to).filter((to) => to.startsWith('usr_mail'))
    expect(mine).toEqual(['usr_mail0@example.com', 'usr_mail1@example.com'])
    expect(mailed[0]).toMatchObject({ subject: 'Webhooks fails' })
    expect(mailed[0]?.text).toMatch(/In the panel: https:\/\/panel\.example\.com\/destinations\/dst_/)
    expect(mailed[0]?.text).toMatch(/mutes it in the panel: https:\/\/panel\.example\.com\/alerts$/)
    mailed = []
    await rules({ mail: false })
    await look(fine())
    expect(mailed).toEqual([])
  })

  it('is not posted to an address that nothing may be sent to', async () => {
    await env.DB.prepare('UPDATE alert_settings SET webhook_url = ?').bind('https://127.0.0.1/x').run()
    const { look } = await destination()
    await look(failing())
    expect(posted).toEqual([])
  })
})

describe('an alert of a source', () => {
  it('is opened when it is silent for longer than is usual, and closed by the next event', async () => {
    const { id } = await newSource(at)
    const watch = new AlertWatch('source', id, deps)
    expect(await watch.lookAtSource(came({ lastEventAt: now - HOUR }))).toBe(2 * HOUR + 1_000)
    await watch.lookAtSource(came({ lastEventAt: now - 3 * HOUR - 1 }))
    expect(await rulesOpen(id)).toEqual(['source_silent'])
    await watch.lookAtSource(came())
    expect(await rulesOpen(id)).toEqual([])
    await watch.lookAtSource(came({ lastEventAt: now - 30 * HOUR, usualGapMs: null }))
    expect(await rulesOpen(id)).toEqual([])
  })

  it('is opened when much is rejected', async () => {
    const { id } = await newSource(at)
    const watch = new AlertWatch('source', id, deps)
    await watch.lookAtSource(came({ lately: { accepted: 95, rejected: 5 } }))
    expect(await rulesOpen(id)).toEqual([])
    await watch.lookAtSource(came({ lately: { accepted: 94, rejected: 6 } }))
    expect(await rulesOpen(id)).toEqual(['rejected_share'])
    await watch.lookAtSource(came({ lately: { accepted: 3, rejected: 3 } }))
    expect(await rulesOpen(id)).toEqual([])
  })

  it('is not opened for one that was disabled', async () => {
    const { id } = await newSource(at)
    await ask(at, 'PATCH', `/api/sources/${id}`, { enabled: false })
    const watch = new AlertWatch('source', id, deps)
    expect(await watch.lookAtSource(came({ lastEventAt: now - 30 * HOUR }))).toBeNull()
    expect(await rulesOpen(id)).toEqual([])
  })
})

describe('rules', () => {
  it('are switched off and set, and close what they have opened', async () => {
    const { id, look } = await destination()
    await look(failing())
    await rules({ rules: { success_rate: { enabled: false } } })
    now += 6 * MINUTE
    await look(failing({ oldestAt: now }))
    expect(await rulesOpen(id)).toEqual([])
    await rules({ rules: { success_rate: { enabled: true, threshold: 10 } } })
    now += 6 * MINUTE
    await look(failing({ oldestAt: now }))
    expect(await rulesOpen(id)).toEqual([])
    await rules({ rules: { success_rate: { threshold: 90 } } })
  })

  it('are refused with their field, and nothing is saved', async () => {
    const before = await ask(at, 'GET', '/api/alert-rules')
    for (const [body, field] of [
      [{ rules: { success_rate: { threshold: 0 } } }, 'rules.success_rate.threshold'],
      [{ rules: { dead_letters: { threshold: 3 } } }, 'rules.dead_letters.threshold'],
      [{ webhookUrl: 'http://10.0.0.1/' }, 'webhookUrl'],
      [{ webhookSecret: 'whsec_short' }, 'webhookSecret'],
      [{ webhookUrl: null, webhookSecret: SECRET }, 'webhookSecret'],
      [{ rules: { nothing: {} } }, 'rules.nothing'],
    ] as const) {
      await expect(rules(body)).rejects.toThrow(new RegExp(`400 .*"field":"${field.replaceAll('.', '\\.')}"`))
    }
    expect(await ask(at, 'GET', '/api/alert-rules')).toEqual(before)
  })

  it('never give a secret back, and lose it with an address of another origin', async () => {
    const signed = async () =>
      (await ask<{ alertRules: { signed: boolean } }>(at, 'GET', '/api/alert-rules')).alertRules
    expect(JSON.stringify(await signed())).not.toContain('whsec')
    await rules({ webhookUrl: `${HOOK}/other` })
    expect((await signed()).signed).toBe(true)
    await rules({ webhookUrl: 'https://elsewhere.example.com/in' })
    expect((await signed()).signed).toBe(false)
  })
})

describe('what happens once', () => {
  it('is opened once, even when it was closed by hand', async () => {
    const alert = {
      workspaceId: FIRST_WORKSPACE,
      rule: 'replay_failed',
      subjectId: 'rpl_1',
      subjectName: 'Hook',
      facts: {},
    } as const
    await raiseAlert(deps, alert, true)
    await raiseAlert(deps, alert, true)
    const [open] = await listed()
    expect(await rulesOpen('rpl_1')).toEqual(['replay_failed'])
    await ask(at, 'PATCH', `/api/alerts/${open?.id}`, { state: 'closed' })
    await raiseAlert(deps, alert, true)
    expect(await rulesOpen('rpl_1')).toEqual([])
    expect(typesOf('rpl_1')).toEqual(['alert.opened'])
  })

  it('of a batch that is parked is told, and over when it is on its way again', async () => {
    const message = {
      id: 'm1',
      body: 'nonsense',
      attempts: 1,
      timestamp: new Date(),
      ack: () => undefined,
      retry: () => undefined,
    }
    await at.parkGivenUp([message])
    expect(await rulesOpen('parked')).toEqual(['parked_message'])
    await ask(at, 'POST', '/api/recovery/parked/m1')
    expect(await rulesOpen('parked')).toEqual([])
  })
})

describe('the page', () => {
  it('lists what is open, counts what is new, and closes', async () => {
    const { look, id } = await destination()
    await look(failing())
    const page = (await at.get('/alerts')).html
    expect(page).toContain('Webhooks fails')
    expect(page).toContain(`href="/destinations/${id}"`)
    const [open] = await listed()
    expect((await at.post(`/alerts/${open?.id}/close`, {})).location).toContain('/alerts?said=alert-closed')
    expect((await at.get('/alerts')).html).toContain('Nothing is wrong')
    expect((await at.get('/alerts?state=closed')).html).toContain('Webhooks fails')
  })

  it('says of an alert that nobody has taken its notice', async () => {
    status = 500
    const { look } = await destination()
    await look(failing({ waiting: 0, oldestAt: null }))
    const page = (await at.get('/alerts')).html
    expect(page).toContain('the endpoint answered 503.</p>')
    expect(page).not.toContain('Nobody has taken')
    now += 3 * MINUTE
    expect((await at.get('/alerts')).html).toContain('Nobody has taken the notice of 1 of these')
  })

  it('saves rules, and shows again what is wrong with them', async () => {
    const fields = {
      'rules.success_rate.enabled': 'on',
      'rules.success_rate.threshold': '80',
      mail: 'on',
      webhookUrl: HOOK,
    }
    expect((await at.post('/alerts/rules', fields)).location).toContain('said=alert-rules-saved')
    const { alertRules } = await ask<{
      alertRules: { rules: { name: string; enabled: boolean; threshold: number }[]; signed: boolean }
    }>(at, 'GET', '/api/alert-rules')
    expect(alertRules.rules.find(({ name }) => name === 'success_rate')).toMatchObject({ enabled: true, threshold: 80 })
    expect(alertRules.rules.find(({ name }) => name === 'pending_age')).toMatchObject({ enabled: false })
    expect(alertRules.signed).toBe(true)
    const refused = await at.post('/alerts/rules', {
      ...fields,
      'rules.success_rate.threshold': '101',
      webhookUrl: 'ftp://x',
    })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Not saved yet')
    expect(refused.html).toContain('Must be 1 to 100.')
    expect(refused.html).toContain('must begin with https://')
    const odd = await at.post('/alerts/rules', {
      ...fields,
      'rules.success_rate.threshold': 'many',
      'rules.pending_age.threshold': '-1',
      webhookUrl: 'javascript:alert(1)',
      webhookSecret: 'whsec_x',
    })
    for (const words of ['Must be a number.', 'Must be 1 to', 'must begin with https://', 'whsec_ and then 24'])
      expect(odd.html).toContain(words)
    const all = Object.fromEntries(alertRules.rules.map(({ name }) => [name, { enabled: true }]))
    await rules({ rules: { ...all, success_rate: { enabled: true, threshold: 90 } } })
  })
})

describe('what is kept', () => {
  it('is the newest of each workspace, and what was closed within ninety days', async () => {
    const insert = async (n: number, workspace: string, openedAt: number, closedAt: number | null) =>
      env.DB.prepare(
        "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at, closed_at) VALUES (?, ?, 'dead_letters', ?, 'x', '{}', ?, ?)",
      )
        .bind(`alt_${workspace}${n}`, workspace, `s${workspace}${n}`, openedAt, closedAt)
        .run()
    for (let n = 0; n < 8; n++) await insert(n, 'ws_a', now - n, null)
    for (let n = 0; n < 3; n++) await insert(n, 'ws_b', now - n, now - 91 * 24 * HOUR * (n === 2 ? 1 : 0))
    await tidyAlerts({ ...db, quotas: { ...db.quotas, alerts: 5 } })
    const { results } = await env.DB.prepare('SELECT id FROM alerts ORDER BY id').all<{ id: string }>()
    expect(results.map(({ id }) => id)).toEqual([
      ...[0, 1, 2, 3, 4].map((n) => `alt_ws_a${n}`),
      ...[0, 1].map((n) => `alt_ws_b${n}`),
    ])
  })
})

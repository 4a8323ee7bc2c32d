import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { PartnerWatch } from '../../../src/control/quality/index.ts'
import { alarmOf } from '../../../src/control/quality/watch.ts'
import { context } from '../../../src/context.ts'
import type { LaneHealth } from '../../../src/lane/index.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { freshPanel } from '../access/browser.ts'
import { newIntegration, newWorkspace } from '../lifecycle/rig.ts'

let workspace: string
let now = Date.now()
const ctx = { ...context, now: () => now }
const mails: string[] = []
const deps = {
  ctx,
  db: openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx),
  allowLocal: false,
  mail: ({ subject }: { subject: string }) => Promise.resolve(mails.push(subject) > 0),
  hasMailer: true,
}

beforeAll(async () => {
  workspace = await newWorkspace('Acme')
  await run(
    "INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES ('usr_alarm', 'A', 'a@alarm.example', 1, 0, 0)",
  )
  await run(
    "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES (?, 'usr_alarm', 'owner', '[]', 0)",
    workspace,
  )
})
const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()

const health = (delivered: number, failedAttempts: number) =>
  ({ quarter: { accepted: 0, delivered, failedAttempts, dead: 0 }, at: now }) as LaneHealth

it('its maker is told when it fails far more often than usual with all customers together, and when that is over', async () => {
  const { id, name } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
  const today = Math.floor(now / 86_400_000)
  // Usually one of twenty attempts fails.
  await run(
    'INSERT INTO integration_days VALUES (?, ?, 1, 0, 3, ?)',
    id,
    today - 1,
    '{"delivered":1900,"errors|http_503":100}',
  )
  const customers = await Promise.all([1, 2, 3].map(() => newWorkspace()))
  const told = (customer: string, delivered: number, failed: number) =>
    run(
      "INSERT OR REPLACE INTO destination_health (destination_id, state, since, waiting, accepted, delivered, failed_attempts, dead, lately_delivered, lately_failed, at) VALUES (?, 'ok', 0, 0, 0, 0, 0, 0, ?, ?, ?)",
      `dst_${customer}`,
      delivered,
      failed,
      now,
    )
  for (const customer of customers)
    await run(
      "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, 'src_none', ?, 'It', 1, '{}', 0, 'segment-4h', 1, 5, 5)",
      `dst_${customer}`,
      customer,
      id,
    )
  const [one = '', other = '', third = ''] = customers
  const watch = new PartnerWatch(`dst_${one}`, deps)
  const alerts = async () =>
    (
      await env.DB.prepare(
        'SELECT workspace_id, rule, facts, closed_at IS NULL AS open FROM alerts WHERE subject_id = ?',
      )
        .bind(id)
        .all()
    ).results
  // One customer alone, whose key is wrong, is not the integration.
  await told(one, 0, 10)
  await told(other, 100, 2)
  await told(third, 100, 3)
  expect(await watch.look(health(0, 10))).toBeNull()
  expect(await alerts()).toEqual([])
  now += 6 * 60_000
  await told(one, 0, 10)
  await told(other, 20, 30)
  await told(third, 20, 20)
  expect(await watch.look(health(0, 10))).toBe(300_000)
  expect(await alerts()).toMatchObject([
    {
      workspace_id: workspace,
      rule: 'integration_errors',
      facts: JSON.stringify({ attempts: 100, failed: 60, customers: 3, usual: 5 }),
      open: 1,
    },
  ])
  expect(mails.some((subject) => subject.includes(name))).toBe(true)
  // Within five minutes nothing is asked.
  for (const customer of customers) await told(customer, 100, 0)
  expect(await watch.look(health(10, 0))).toBe(300_000)
  expect(await alerts()).toMatchObject([{ open: 1 }])
  now += 6 * 60_000
  for (const customer of customers) await told(customer, 100, 0)
  expect(await watch.look(health(10, 0))).toBeNull()
  expect(await alerts()).toMatchObject([{ open: 0 }])
})

it('what is open and has nobody to tell of it is ended hourly', async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
  await run(
    "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES (?, ?, 'integration_errors', ?, 'It', '{}', 1)",
    `alt_${id}`,
    workspace,
    id,
  )
  await freshPanel().watch()
  expect(
    await env.DB.prepare('SELECT closed_at FROM alerts WHERE subject_id = ?').bind(id).first('closed_at'),
  ).not.toBeNull()
})

it.each([
  [{ delivered: 10, failed: 9 }, 0, false],
  [{ delivered: 11, failed: 9 }, 0, true],
  [{ delivered: 90, failed: 10 }, 0, false],
  [{ delivered: 89, failed: 11 }, 0, true],
  [{ delivered: 70, failed: 30 }, 0.1, false],
  [{ delivered: 69, failed: 31 }, 0.1, true],
])('%o with a usual share of %f: %s', (of, usual, open) => {
  expect(alarmOf({ integrationId: '', name: '', workspaceId: '', customers: 1, usual, ...of }) !== null).toBe(open)
})

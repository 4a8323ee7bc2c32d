import { describe, expect, it } from 'vitest'
import { authorizeUrl, challengeOf } from '../../../src/pull/index.ts'
import { TESTED } from '../../pull/tested.ts'
import { expectSame, vendorRig } from './rig.ts'
import { vendorSuite } from './suite.ts'

const rig = vendorRig(TESTED.zendesk)

vendorSuite(rig)

const { tested, vendor } = rig
/** As a member allows it in a browser, for this client. */
async function allow(): Promise<string | null> {
  const { oauth } = vendor
  const { client } = rig.server.tokens
  const [verifier, redirectUri] = ['v'.repeat(43), 'https://in.example.com/cloud/allowed']
  if (!oauth) throw new Error('no OAuth')
  const asked = { client, redirectUri, state: 's', challenge: await challengeOf(verifier) }
  const back = new URL(rig.server.tokens.allow(authorizeUrl(oauth, rig.server.address(), asked)))
  return rig.puller.allow({ code: back.searchParams.get('code') ?? '', redirectUri, verifier })
}
const byPerson = () =>
  rig.change({ settings: { ...tested.settings(rig.server, rig.server.address()), grant: 'authorization_code' } })

describe('allowed by a person', () => {
  it('waits until somebody has, which is no failure, and keeps what it gets sealed', async () => {
    byPerson()
    await rig.puller.pullNow()
    await rig.ring()
    expect(rig.puller.report()).toMatchObject({ failures: 0, waiting: { code: 'not_allowed' }, run: { calls: 0 } })
    expect(await rig.puller.isAllowed()).toBe(false)
    expect(await allow()).toBeNull()
    expect(await rig.puller.isAllowed()).toBe(true)
    const report = await rig.pulled()
    expect(report).toMatchObject({ failures: 0, waiting: null, last: { troubles: [] } })
    const kept = rig.rows.storage().sql.exec('SELECT * FROM tokens').toArray()
    expect(kept).toHaveLength(1)
    expect(JSON.stringify(kept)).not.toMatch(/access_|refresh_/)
  })

  it('has one refresh at a time, in the middle of a run, and goes on with what that gave', async () => {
    byPerson()
    rig.server.tokens.lasts = 100
    await allow()
    rig.server.meanwhile = () => void (rig.world.clock.now += 45_000)
    for (let n = 0; n < 5; n++) rig.server.put('groups', { name: `G${n}` })
    await rig.puller.pullNow()
    // A member looks at it while it works: both meet the end of the access.
    const both = async () => Promise.all([rig.ring(), rig.puller.check(), rig.puller.check()])
    for (let n = 0; n < 40 && (rig.puller.report().run || !rig.puller.report().last); n++) await both()
    expect(rig.puller.report()).toMatchObject({ failures: 0, last: { troubles: [] } })
    expect(rig.server.tokens.given['refresh_token']).toBeGreaterThan(1)
    // Whoever asks twice with one refresh token has lost the access.
    rig.server.tokens.end()
    const before = rig.server.tokens.given['refresh_token'] ?? 0
    rig.server.meanwhile = () => undefined
    const checks = await Promise.all([rig.puller.check(), rig.puller.check(), rig.puller.check()])
    expect(checks.map((all) => all?.every(({ ok }) => ok))).toEqual([true, true, true])
    expect(rig.server.tokens.given['refresh_token']).toBe(before + 1)
  })

  it('says that it was taken back, and goes on when it is allowed once more', async () => {
    byPerson()
    await allow()
    rig.server.put('groups', { name: 'Support' })
    await rig.pulled()
    rig.server.tokens.revoke()
    await rig.puller.pullNow()
    for (let n = 0; n < 9 && rig.puller.report().failures === 0; n++) await rig.ring()
    const { error, failures } = rig.puller.report()
    expect([failures, error?.code, error?.words]).toEqual([
      1,
      'access_revoked',
      expect.stringMatching(/Zendesk does not take the access any more.*allow it once more/),
    ])
    expect(await allow()).toBeNull()
    expect(await rig.pulled()).toMatchObject({ failures: 0, error: null })
  })

  it('refuses a code of another, and uses no tokens for another account', async () => {
    byPerson()
    expect(await rig.puller.allow({ code: 'code_of_others', redirectUri: 'x', verifier: 'y' })).toMatch(
      /does not take what was allowed \(invalid_grant/,
    )
    await allow()
    await rig.pulled()
    const { calls } = rig.server
    rig.change({ settings: { ...rig.terms?.settings, address: 'http://127.0.0.1:9' } })
    expect(await rig.puller.isAllowed()).toBe(false)
    await rig.puller.pullNow()
    await rig.ring()
    expect([rig.server.calls, rig.puller.report().waiting?.code]).toEqual([calls, 'not_allowed'])
  })
})

describe('a source that is deleted', () => {
  const kept = () =>
    ['puller', 'tokens'].map((table) => rig.rows.storage().sql.exec(`SELECT * FROM ${table}`).toArray().length)

  it('keeps no tokens, though they come when it is gone already', async () => {
    await rig.puller.changed()
    const checking = rig.puller.check()
    rig.terms = null
    await rig.ring()
    expect(kept()).toEqual([0, 0])
    await checking
    await rig.ring()
    expect([rig.server.tokens.given['client_credentials'], ...kept()]).toEqual([1, 0, 0])
  })

  it('is missed within a day, though it was paused and nobody has said so', async () => {
    await rig.pulled()
    rig.change({ paused: true })
    await rig.puller.changed()
    await rig.ring()
    expect(rig.rows.alarmAt).toBeLessThanOrEqual(rig.world.clock.now + 86_400_000)
    rig.terms = null
    await rig.ring()
    expect(kept()).toEqual([0, 0])
  })
})

it('says in words what is missing: a client, rights, a list that the account does not have', async () => {
  rig.server.role = 'agent'
  rig.server.absent.add('ticket_forms')
  const checks = (await rig.puller.check()) ?? []
  const failed = checks.filter(({ ok }) => !ok)
  expect(failed.map(({ code }) => code)).toEqual([
    'tickets',
    'users',
    'ticket_events',
    'ticket_metric_events',
    'ticket_forms',
    'organizations',
  ])
  expect(failed[0]?.words).toBe('Exports are for administrators of Zendesk; it was allowed by an agent.')
  // What it can read it reads.
  rig.server.put('groups', { name: 'Support' })
  const report = await rig.pulled()
  expect(report.last?.troubles.map(({ pass }) => pass)).toEqual(failed.slice(0, 5).map(({ code }) => code))
  expect(report.collections['groups']).toEqual({ objects: 1, isWhole: true })
  rig.change({ settings: { ...rig.terms?.settings, clientSecret: 'another' } })
  expect(await rig.puller.check()).toMatchObject([
    { ok: false, words: expect.stringMatching(/client’s id and secret/) as string },
  ])
})

it('asks for ten exports a minute at most, without a failure, however many pages there are', async () => {
  for (let n = 0; n < 400; n++) {
    rig.server.put('ticket_events', { ticket_id: n, child_events: [] })
    rig.world.clock.now += 1_000
  }
  rig.world.clock.now += 3_600_000
  const report = await rig.pulled()
  expect(report).toMatchObject({
    failures: 0,
    last: { troubles: [] },
    collections: { ticket_events: { isWhole: true } },
  })
  expect(rig.published.every(({ failures }) => failures === 0)).toBe(true)
})

it('passes over no event though more are of one second than a page has', async () => {
  rig.server.exportPage = 1_000
  for (let n = 0; n < 1_200; n++) rig.server.put('ticket_events', { ticket_id: n, child_events: [] })
  rig.world.clock.now += 1_000
  rig.server.put('ticket_events', { ticket_id: 1, child_events: [] })
  rig.world.clock.now += 3_600_000
  expect((await rig.pulled()).last?.troubles).toEqual([])
  await rig.world.settle()
  await expectSame(rig)
})

it('counts before it reads, and knows by objects how far it is', async () => {
  for (let n = 0; n < 250; n++) rig.server.put('group_memberships', { user_id: n })
  for (let n = 0; n < 50; n++) rig.server.put('users', { active: true })
  rig.world.clock.now += 3_600_000
  const all = new Set(['group_memberships', 'users'])
  rig.change({ leftOut: vendor.collections.filter((name) => !all.has(name)) })
  rig.openPuller(0)
  await rig.puller.pullNow()
  const seen: (string | undefined)[] = []
  for (let n = 0; n < 20 && !rig.puller.report().last; n++) {
    const { expected } = rig.puller.report().run ?? {}
    if (expected) seen.push(`${expected.read} of ${expected.of}`)
    await rig.ring(0)
  }
  expect([...new Set(seen)].slice(-3)).toEqual(['50 of 300', '150 of 300', '250 of 300'])
})

import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { context } from '../../../src/context.ts'
import { updateIntegrationRow } from '../../../src/control/catalogue/store.ts'
import { contentOf } from '../../../src/control/certification/index.ts'
import { getDestination } from '../../../src/control/destinations/queries.ts'
import { API_KEY } from '../../../src/integrations/index.ts'
import { openDatabase, SettingsCache, versionOf } from '../../../src/settings/index.ts'
import { freshPanel } from '../access/browser.ts'
import { databaseWith } from '../database.ts'
import {
  asks,
  type Browser,
  certify,
  newIntegration,
  newWorkspace,
  ownerOf,
  personIn,
  reviewerOf,
} from '../lifecycle/rig.ts'

const mails: string[] = []
const at = freshPanel({ env: { MAIL_WEBHOOK: 'https://mail.example/send', PANEL_URL: 'https://sluice.test' } })
const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
let partner: Browser
let reviewer: Browser
let stranger: Browser
let workspace: string

beforeAll(async () => {
  const owner = await ownerOf(at)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace, 'owner')
  reviewer = await reviewerOf(at, owner)
  stranger = await personIn(at, owner, await newWorkspace())
})
beforeEach(() => {
  mails.length = 0
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    mails.push(String(init?.body))
    return Promise.resolve(new Response())
  })
})

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const mark = () => crypto.randomUUID().slice(0, 8)
const MINUTE_MS = 60_000

interface Version {
  number: number
  state: string
  rollout: { share: number } | null
  figures: { now: { delivered: number; failed: number } } | null
  why: string
}
interface Change {
  field: string
  before: unknown
  after: unknown
  words: boolean
}

const edit = async (id: string, body: unknown) => {
  const { status, json } = await asks<{ data: { draft: number | null; integration: { description: string } } }>(
    partner,
    'PATCH',
    `/integrations/${id}`,
    body,
  )
  expect(status).toBe(200)
  return json.data
}
const act = async (id: string, number: number, what: string, body?: unknown, who = partner, of = 'integrations') => {
  const path = `/${of}/${id}/versions/${number}/${what}`
  const { status, json } = await asks<{
    data?: { version: Version }
    errors?: { message: string; code?: string }[]
  }>(who, 'POST', path, body)
  return { status, state: json.data?.version.state, code: json.errors?.[0]?.code, words: json.errors?.[0]?.message }
}
const versionsOf = async (id: string) => {
  const { json } = await asks<{ data: { live: number; versions: Version[] } }>(
    partner,
    'GET',
    `/integrations/${id}/versions`,
  )
  return { live: json.data.live, states: json.data.versions.map(({ number, state }) => `${number} ${state}`) }
}
const versionOfIts = async (id: string, number: number, who = partner, of = 'integrations') =>
  (
    await asks<{ data: { version: Version; comparedWith: number; changes: Change[] } }>(
      who,
      'GET',
      `/${of}/${id}/versions/${number}`,
    )
  ).json.data
const recordOf = async (id: string) => {
  const path = `/integrations/${id}/lifecycle`
  const { json } = await asks<{ data: { record: { act: string; actor: string; words: string }[] } }>(
    partner,
    'GET',
    path,
  )
  return json.data.record
}

/** A destination of another workspace, with settings as they are stored. */
async function customerOf(integration: string, settings: unknown = {}): Promise<string> {
  const id = await newWorkspace()
  const [source, destination] = [`src_${mark()}`, `dst_${mark()}`]
  await run(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?1, ?2, ?1, ?1, 'http-api', 1, 0, 0)",
    source,
    id,
  )
  await run(
    "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, ?, ?, 'It', 1, ?, 0, 'segment-4h', 1, 5, 5)",
    destination,
    id,
    source,
    integration,
    JSON.stringify(settings),
  )
  return destination
}

/** What became of attempts of a destination, by minutes ago. */
async function tell(destination: string, ago: number, [delivered, failed]: readonly [number, number]): Promise<void> {
  const minute = Math.floor(Date.now() / MINUTE_MS) - ago
  const hour = Math.floor(minute / 60)
  await runInDurableObject(env.LANE.getByName(destination), (_, { storage }) => {
    const [row] = storage.sql
      .exec<{ sum: string; minutes: string }>('SELECT sum, minutes FROM history WHERE hour = ?', hour)
      .toArray()
    const minutes = row ? (JSON.parse(row.minutes) as Record<string, object>) : {}
    minutes[minute] = { delivered, ...(failed > 0 && { failed: { http_500: failed } }) }
    storage.sql.exec(
      'INSERT OR REPLACE INTO history (hour, sum, minutes) VALUES (?, ?, ?)',
      hour,
      '{}',
      JSON.stringify(minutes),
    )
  })
}

/** As if the step had begun so many minutes ago. */
const age = (id: string, minutes: number) =>
  run(
    'UPDATE integration_versions SET since = ? WHERE integration_id = ? AND share IS NOT NULL',
    Date.now() - minutes * MINUTE_MS,
    id,
  )

/** Keeps a certification of what is drafted, as the object that makes them does. */
async function certifyDraft(id: string, number: number): Promise<void> {
  const content = await env.DB.prepare(
    'SELECT content FROM integration_versions WHERE integration_id = ? AND number = ?',
  )
    .bind(id, number)
    .first<string>('content')
  const body = JSON.parse(content ?? '{}') as Parameters<typeof contentOf>[0]
  await run(
    "INSERT INTO certifications (id, integration_id, workspace_id, version, state, list_version, content, started_by, started_at, ended_at, made, checks, passed, skipped, errors, tasks, warnings, requests, certified) VALUES (?, ?, ?, ?, 'ended', 1, ?, '', 3, 4, 1, 1, 1, 0, 0, 0, 0, 1, 1)",
    `crt_${mark()}`,
    id,
    workspace,
    number,
    await contentOf({ ...body, kind: 'direct' }),
  )
}

describe('what nobody else has', () => {
  it.each(['PRIVATE_BUILDING', 'PRIVATE_SUBMITTED', 'PRIVATE_BETA', 'UNAVAILABLE'] as const)(
    'is changed at once: %s',
    async (state) => {
      const { id } = await newIntegration(workspace, { state })
      expect(await edit(id, { description: 'Other words.' })).toMatchObject({
        draft: null,
        integration: { description: 'Other words.' },
      })
      expect(await versionsOf(id)).toEqual({ live: 1, states: [] })
    },
  )
})

describe('what customers have', () => {
  it.each(['PUBLIC_BETA', 'PUBLIC', 'DEPRECATED', 'PRIVATE_BETA'] as const)(
    'stays as it is until a version is submitted: %s',
    async (state) => {
      const { id, slug } = await newIntegration(workspace, { state })
      if (state === 'PRIVATE_BETA') await customerOf(id)
      const shown = async () => (await partner.get(`/catalogue/${slug}`)).html
      expect(await edit(id, { description: 'Other words.' })).toMatchObject({
        draft: 2,
        integration: { description: 'A tool.' },
      })
      // Edited once more it is the same draft; whoever edits it finds the draft.
      expect((await edit(id, { site: 'https://acme.example/' })).draft).toBe(2)
      expect((await partner.get(`/integrations/${id}`)).html).toContain('Other words.')
      const manifest = (
        await asks<{ data: { manifest: Record<string, unknown> } }>(partner, 'GET', `/integrations/${id}/manifest`)
      ).json.data.manifest
      expect(manifest).toMatchObject({ description: 'Other words.', site: 'https://acme.example/' })
      const again = await asks<{ data: { draft: number; created: boolean } }>(
        partner,
        'POST',
        '/integrations/manifest',
        { ...manifest, description: 'By a manifest.' },
      )
      expect(again.json.data).toMatchObject({ draft: 2, created: false })
      expect(await shown()).not.toContain('By a manifest.')
      expect(await versionsOf(id)).toEqual({ live: 1, states: ['2 draft', '1 live'] })
      expect((await versionOfIts(id, 2)).changes).toEqual([
        { field: 'description', before: 'A tool.', after: 'By a manifest.', words: true },
        { field: 'site', before: null, after: 'https://acme.example/', words: true },
      ])
    },
  )

  it('stays as it is where a customer comes at the moment in which it is edited', async () => {
    const { id } = await newIntegration(workspace, { state: 'PRIVATE_BETA' })
    expect(await updateIntegrationRow(db, workspace, id, { description: 'Mine alone.' })).toMatchObject({ id })
    await customerOf(id)
    expect(await updateIntegrationRow(db, workspace, id, { description: 'Theirs too.' })).toBeUndefined()
    const row = await env.DB.prepare('SELECT description FROM integrations WHERE id = ?').bind(id).first('description')
    expect(row).toBe('Mine alone.')
  })

  it('is another at once where only words are, and can be taken back', async () => {
    const { id, slug } = await newIntegration(workspace, { state: 'PUBLIC' })
    await customerOf(id)
    await edit(id, {
      description: 'Other words.',
      docs: '# Set up',
      mark: '<svg viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>',
    })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 201, state: 'live' })
    const page = await stranger.get(`/catalogue/${slug}`)
    expect(page.html).toContain('Other words.')
    expect(page.html).toContain('Set up')
    expect(await versionsOf(id)).toEqual({ live: 2, states: ['2 live', '1 former'] })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 409, code: 'not_a_draft' })
    expect(await act(id, 2, 'revert')).toMatchObject({ status: 201, state: 'reverted' })
    const back = (await stranger.get(`/catalogue/${slug}`)).html
    expect([back.includes('A tool.'), back.includes('Set up'), back.includes('/mark/')]).toEqual([true, false, false])
    expect(await versionsOf(id)).toEqual({ live: 1, states: ['2 reverted', '1 live'] })
    expect(await recordOf(id)).toMatchObject([
      { act: 'version_live', actor: 'partner', words: 'Version 2: description, docs, mark.' },
      { act: 'version_reverted', actor: 'partner' },
    ])
    // There was none before the first.
    expect(await act(id, 1, 'revert')).toMatchObject({ status: 409, code: 'none_before' })
  })

  it('a draft that is as customers have it is none, and can be forgotten', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    expect((await edit(id, { description: 'A tool.' })).draft).toBeNull()
    await edit(id, { description: 'Other.' })
    await edit(id, { description: 'A tool.' })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 409, code: 'nothing_changed' })
    expect((await asks(partner, 'DELETE', `/integrations/${id}/versions/2`)).status).toBe(200)
    expect(await versionsOf(id)).toEqual({ live: 1, states: ['1 live'] })
    expect((await asks(partner, 'DELETE', `/integrations/${id}/versions/1`)).status).toBe(409)
  })

  it('changes at once where nobody has it on', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    await edit(id, { supportedMethods: ['track', 'page'] })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 201, state: 'live' })
  })
})

describe('a version of what is sent', () => {
  it('is certified before it is submitted, and what was certified of the old one stays', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
    // As everything with an endpoint has it.
    await run('UPDATE integrations SET fields = ? WHERE id = ?', JSON.stringify([API_KEY]), id)
    await certify(id)
    await customerOf(id)
    const certificate = async () =>
      (
        await asks<{ data: { lifecycle: { certificate: { holds: boolean } | null } } }>(
          partner,
          'GET',
          `/integrations/${id}/lifecycle`,
        )
      ).json.data.lifecycle.certificate?.holds
    await edit(id, { endpoint: 'https://partner.example.com/v2' })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 409, code: 'not_certified' })
    await certifyDraft(id, 2)
    expect(await certificate()).toBe(true)
    // Edited after it was certified.
    await edit(id, { rate: 7 })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 409, code: 'not_certified' })
    await edit(id, { rate: null })
    expect(await act(id, 2, 'submit')).toMatchObject({ status: 201, state: 'rolling' })
    expect(await certificate()).toBe(true)
    // Words alone need no other certification.
    expect(await act(id, 2, 'revert')).toMatchObject({ status: 201, state: 'reverted' })
    await edit(id, { description: 'Words.' })
    expect(await act(id, 3, 'submit')).toMatchObject({ status: 201, state: 'live' })
    expect(await certificate()).toBe(true)
  })

  it('is refused where customers’ settings would not be valid, with their number, or their keys went elsewhere', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    const settings = [{ name: 'place', label: 'Place', type: 'select', choices: ['here', 'there'] }]
    await edit(id, { settings })
    expect(await act(id, 2, 'submit')).toMatchObject({ state: 'live' })
    await customerOf(id, { place: 'here' })
    await customerOf(id, { place: 'there' })
    await edit(id, { settings: [{ ...settings[0], choices: ['here'] }] })
    const refused = await act(id, 3, 'submit')
    expect(refused).toMatchObject({ status: 409 })
    expect(refused.words).toContain('1 destination of a customer')
    await edit(id, { settings: [{ ...settings[0], choices: ['here', 'there', 'everywhere'] }] })
    expect(await act(id, 3, 'submit')).toMatchObject({ state: 'rolling' })
    const direct = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
    await edit(direct.id, { endpoint: 'https://elsewhere.example.com/in' })
    await certifyDraft(direct.id, 2)
    const moved = await act(direct.id, 2, 'submit')
    expect([moved.status, moved.words]).toEqual([409, expect.stringContaining('https://partner.example.com')])
  })
})

/** An integration with ten customers and a version that was just submitted. */
async function rolled() {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
  const all: string[] = []
  for (let n = 0; n < 10; n++) all.push(await customerOf(id))
  await edit(id, { supportedMethods: ['track', 'page'] })
  expect(await act(id, 2, 'submit')).toMatchObject({ state: 'rolling' })
  const row = await env.DB.prepare('SELECT live, rollout FROM integrations WHERE id = ?')
    .bind(id)
    .first<{ live: number; rollout: string }>()
  const shared = { live: row?.live ?? 0, rollout: JSON.parse(row?.rollout ?? 'null') as never }
  const have = all.filter((one) => versionOf(shared, one) === 2)
  return { id, all, have, others: all.filter((one) => !have.includes(one)) }
}

/** How many calls each of the destinations takes, as the pipeline has it. */
const callsOf = async (all: readonly string[]) => {
  const cache = new SettingsCache(db)
  return Promise.all(
    all.map(async (one) => {
      const row = await env.DB.prepare('SELECT workspace_id AS ws, source_id AS source FROM destinations WHERE id = ?')
        .bind(one)
        .first<{ ws: string; source: string }>()
      const plan = await cache.plan(row?.source ?? '')
      const { integration } = await getDestination(db, row?.ws ?? '', one)
      return [integration.supports.length, plan?.destinations.length ?? 0]
    }),
  )
}

describe('a rollout', () => {
  it('goes from one in a hundred to all by itself, and is watched after that', { timeout: 60_000 }, async () => {
    const { id, all, have, others } = await rolled()
    expect(have).toHaveLength(1)
    expect((await callsOf(have)).map(([calls]) => calls)).toEqual([2])
    expect(new Set((await callsOf(others)).map(([calls]) => calls))).toEqual(new Set([1]))
    // Whoever edits meanwhile makes the next draft, which waits.
    await edit(id, { description: 'Next.' })
    expect(await act(id, 3, 'submit')).toMatchObject({ status: 409, code: 'rollout_running' })
    for (const one of have) await tell(one, 10, [120, 1])
    for (const one of others) await tell(one, 10, [100, 1])
    await age(id, 30)
    await at.watchRollouts()
    // Enough was sent, but its hour is not over.
    expect((await versionOfIts(id, 2)).version).toMatchObject({
      state: 'rolling',
      rollout: { share: 1 },
      figures: {
        now: { delivered: 120, failed: 1, destinations: 1 },
        old: { delivered: 900, failed: 9, destinations: 9 },
      },
    })
    await age(id, 61)
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ rollout: { share: 10 }, figures: null })
    // Too little was sent in the next: an hour is not enough, a day is.
    await age(id, 2)
    await at.watchRollouts()
    await age(id, 120)
    await run(
      'UPDATE integration_versions SET since = ? WHERE integration_id = ? AND number = 2',
      Date.now() - 5 * MINUTE_MS,
      id,
    )
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ rollout: { share: 10 } })
    await age(id, 24 * 60 + 1)
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ state: 'live', rollout: { share: 100 } })
    expect((await versionsOf(id)).live).toBe(2)
    expect(new Set((await callsOf(all)).map(([calls]) => calls))).toEqual(new Set([2]))
    await age(id, 24 * 60 + 1)
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ state: 'live', rollout: null })
    // By one button, also then.
    expect(await act(id, 2, 'revert', { words: 'Carts are missing.' })).toMatchObject({
      status: 201,
      state: 'reverted',
    })
    expect(new Set((await callsOf(all)).map(([calls]) => calls))).toEqual(new Set([1]))
    expect(await versionsOf(id)).toEqual({ live: 1, states: ['3 draft', '2 reverted', '1 live'] })
    expect((await recordOf(id)).map((one) => `${one.act} ${one.actor}`)).toEqual([
      'version_submitted partner',
      'version_live platform',
      'version_reverted partner',
    ])
  })

  it('is halted by itself where more fails than with the old one and than before', { timeout: 60_000 }, async () => {
    const { id, all, have, others } = await rolled()
    for (const one of have) {
      await tell(one, 50, [100, 1])
      await tell(one, 10, [3, 27])
    }
    for (const one of others) await tell(one, 10, [50, 1])
    await age(id, 30)
    await at.watchRollouts()
    const { version } = await versionOfIts(id, 2)
    expect(version).toMatchObject({ state: 'halted', rollout: null, figures: { now: { delivered: 3, failed: 27 } } })
    expect(version.why).toContain('27 of 30 failed (90.0 %)')
    expect(version.why).toContain('9 of 459 failed (2.0 %)')
    expect(new Set((await callsOf(all)).map(([calls]) => calls))).toEqual(new Set([1]))
    expect((await recordOf(id)).at(-1)).toMatchObject({ act: 'version_halted', actor: 'platform', words: version.why })
    expect(mails.join()).toContain('was halted')
    expect(mails.join()).toContain('27 of 30 failed')
    const page = await partner.get(`/integrations/${id}/versions/2`)
    expect(page.html).toContain('27 of 30 failed')
    expect(await act(id, 2, 'revert')).toMatchObject({ status: 409, code: 'not_in_force' })
  })

  it.each([
    ['all destinations have the same trouble', { old: [2, 20], before: [100, 0], now: [3, 27] }],
    ['they had it before', { old: [100, 0], before: [3, 27], now: [3, 27] }],
    ['few attempts were made', { old: [100, 0], before: [100, 0], now: [0, 9] }],
  ] as const)('is not halted where %s', async (_, { old, before, now }) => {
    const { id, have, others } = await rolled()
    for (const one of have) {
      await tell(one, 50, before)
      await tell(one, 10, now)
    }
    for (const one of others) await tell(one, 10, old)
    await age(id, 30)
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ state: 'rolling', rollout: { share: 1 } })
  })

  it('is halted when it is live already, and settings that were filled in meanwhile stay valid', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    const all = [await customerOf(id), await customerOf(id)]
    await edit(id, {
      supportedMethods: ['track', 'page'],
      settings: [{ name: 'place', label: 'Place', type: 'select', choices: ['here'] }],
    })
    await act(id, 2, 'submit')
    for (const minutes of [24 * 60 + 1, 24 * 60 + 1]) {
      await age(id, minutes)
      await at.watchRollouts()
    }
    expect((await versionOfIts(id, 2)).version).toMatchObject({ state: 'live', rollout: { share: 100 } })
    await run(`UPDATE destinations SET settings = '{"place":"here"}' WHERE id = ?`, all[0])
    for (const one of all) {
      await tell(one, 50, [100, 0])
      await tell(one, 10, [0, 15])
    }
    await age(id, 30)
    await at.watchRollouts()
    expect((await versionOfIts(id, 2)).version).toMatchObject({ state: 'halted' })
    expect((await callsOf(all)).map(([calls]) => calls)).toEqual([1, 1])
    expect((await versionsOf(id)).live).toBe(1)
  })

  it('is seen and taken back by reviewers, who say why, and by no stranger', async () => {
    const { id, all } = await rolled()
    expect((await reviewer.get(`/submissions/${id}/versions`)).html).toContain('Version 2')
    expect((await reviewer.get(`/submissions/${id}/versions/2`)).html).toContain('supportedMethods')
    const seen = await versionOfIts(id, 2, reviewer, 'submissions')
    expect(seen.changes).toEqual([
      { field: 'supportedMethods', before: ['track'], after: ['track', 'page'], words: false },
    ])
    expect((await asks(stranger, 'GET', `/integrations/${id}/versions`)).status).toBe(404)
    expect((await act(id, 2, 'revert', undefined, stranger)).status).toBe(404)
    expect((await asks(stranger, 'GET', `/submissions/${id}/versions/2`)).status).toBe(404)
    expect(await act(id, 2, 'revert', {}, reviewer, 'submissions')).toMatchObject({ status: 400 })
    const words = 'It sends what nobody asked for.'
    expect(await act(id, 2, 'revert', { words }, reviewer, 'submissions')).toMatchObject({ state: 'reverted' })
    expect(mails.join()).toContain(words)
    expect((await recordOf(id)).at(-1)).toMatchObject({ act: 'version_reverted', actor: 'reviewer' })
    expect(new Set((await callsOf(all)).map(([calls]) => calls))).toEqual(new Set([1]))
  })

  it('two who look at the same moment do it once', async () => {
    const { id } = await rolled()
    await age(id, 24 * 60 + 1)
    await Promise.all([at.watchRollouts(), at.watchRollouts()])
    expect((await versionOfIts(id, 2)).version).toMatchObject({ rollout: { share: 10 } })
    await age(id, 24 * 60 + 1)
    await Promise.all([at.watchRollouts(), at.watchRollouts()])
    expect((await recordOf(id)).filter(({ act: what }) => what === 'version_live')).toHaveLength(1)
  })
})

it('asks D1 once where nothing is rolled out', async () => {
  await run('UPDATE integration_versions SET share = NULL')
  const queries: string[] = []
  const DB = databaseWith((query) => {
    queries.push(query)
    return undefined
  })
  await freshPanel({ env: { DB } }).watchRollouts()
  expect(queries).toHaveLength(1)
})

import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACTS, type LifeAct, refusalOf, LIFE_TRANSITIONS } from '../../../src/control/lifecycle/states.ts'
import { INTEGRATION_STATES, type IntegrationState } from '../../../src/integrations/index.ts'
import { freshPanel } from '../access/browser.ts'
import { asks, Browser, newIntegration, newWorkspace, ownerOf, personIn, reviewerOf } from './rig.ts'

/** By which of its doors somebody of each role acts, and as what the table of transitions takes them; `null`: as nobody. */
const ROLES = {
  partner: { door: 'lifecycle', as: 'partner' },
  colleague: { door: 'lifecycle', as: null },
  'other partner': { door: 'lifecycle', as: null },
  customer: { door: 'lifecycle', as: null },
  reviewer: { door: 'decisions', as: 'reviewer' },
  stranger: { door: 'lifecycle', as: null },
} as const
type RoleName = keyof typeof ROLES
const NAMES = Object.keys(ROLES) as RoleName[]

/** As in the rig. */
const NOW = Date.parse('2026-11-30T09:00:00Z')
const at = freshPanel({ ctx: { now: () => NOW } })
let people: Record<RoleName, Browser>
/** One for each act, so that all of them can be tried at once; the first has a customer. */
let integrations: Record<LifeAct, string>
let slug: string

beforeAll(async () => {
  const owner = await ownerOf(at)
  const partners = await newWorkspace('Acme')
  const customers = await newWorkspace()
  people = {
    partner: await personIn(at, owner, partners, 'member'),
    colleague: await personIn(at, owner, partners, 'read-only'),
    'other partner': await personIn(at, owner, await newWorkspace('Other'), 'owner'),
    customer: await personIn(at, owner, customers, 'owner'),
    reviewer: await reviewerOf(at, owner),
    stranger: new Browser(at),
  }
  const made = await Promise.all(ACTS.map(async (act) => [act, await newIntegration(partners)] as const))
  integrations = Object.fromEntries(made.map(([act, { id }]) => [act, id])) as typeof integrations
  slug = made[0]?.[1].slug ?? ''
  await env.DB.prepare(
    "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES ('dst_of_customer', ?, 'src_of_customer', ?, 'It', 1, '{}', 0, 'segment-4h', 1, 0, 0)",
  )
    .bind(customers, made[0]?.[1].id)
    .run()
}, 60_000)

const BODIES: Partial<Record<LifeAct, Record<string, unknown>>> = {
  deprecate: { endsAt: new Date(NOW + 60 * 86_400_000).toISOString() },
}

/** What the act of an integration needs its quality to have come to; an appeal needs something. */
const measureFor = (act: LifeAct) => (act === 'appeal' ? 'warned' : (LIFE_TRANSITIONS[act].measures?.[0] ?? null))

/** Puts all of them into a state, and gives the turn to whom the act of each needs to have it. */
async function prepare(state: IntegrationState): Promise<void> {
  // What was deprecated was so by somebody else, and nothing was appealed against.
  const life = env.DB.prepare(
    "INSERT INTO lifecycles (integration_id, turn, since) VALUES (?1, ?2, 0) ON CONFLICT DO UPDATE SET turn = ?2, decided_by = 'usr_other', appealed_at = NULL",
  )
  await env.DB.batch([
    ...ACTS.map((act) => life.bind(integrations[act], LIFE_TRANSITIONS[act].turn ?? null)),
    ...ACTS.map((act) =>
      env.DB.prepare('UPDATE integrations SET status = ?, measure = ? WHERE id = ?').bind(
        state,
        measureFor(act),
        integrations[act],
      ),
    ),
  ])
}

async function statesNow(): Promise<Map<string, string>> {
  const { results } = await env.DB.prepare('SELECT id, status FROM integrations').all<{ id: string; status: string }>()
  return new Map(results.map(({ id, status }) => [id, status]))
}

const doorOf = (role: RoleName, id: string) =>
  ROLES[role].door === 'decisions' ? `/submissions/${id}/decisions` : `/integrations/${id}/lifecycle`

/** What the table says of a cell, as the API answers it. */
function wantedOf(
  role: RoleName,
  state: IntegrationState,
  act: LifeAct,
): [status: number, after: string, code?: string] {
  const { as } = ROLES[role]
  const { turn = null, by, to } = LIFE_TRANSITIONS[act]
  if (role === 'stranger') return [401, state]
  if (role === 'colleague') return [403, state]
  // What the platform does by itself nobody can ask for.
  if (by.every((one) => one === 'platform')) return [400, state]
  if (as === null) return [404, state]
  const holds = { partner: true, certified: true, customers: true, due: true, appealable: true, another: true }
  const refused = refusalOf(act, [as], { state, turn, measure: measureFor(act), holds })
  return refused === undefined ? [201, to ?? state] : [409, state, refused]
}

describe('states × acts × roles', () => {
  it.each(NAMES)('%s', { timeout: 60_000 }, async (role) => {
    let done = 0
    for (const state of INTEGRATION_STATES) {
      await prepare(state)
      const replies = await Promise.all(
        ACTS.map((act) => {
          const body = { act, words: 'Because.', ...BODIES[act] }
          const path = doorOf(role, integrations[act])
          return asks<{ errors?: { code?: string }[] }>(people[role], 'POST', path, body)
        }),
      )
      const after = await statesNow()
      const cells = ACTS.map((act, n) => [
        `${state} × ${act} × ${role}`,
        replies[n]?.status,
        after.get(integrations[act]),
        replies[n]?.json.errors?.[0]?.code,
      ])
      expect(cells).toEqual(
        ACTS.map((act) => {
          const [status, then, code] = wantedOf(role, state, act)
          return [`${state} × ${act} × ${role}`, status, then, code]
        }),
      )
      done += replies.filter(({ status }) => status === 201).length
    }
    expect(done).toBe({ partner: 9, reviewer: 24 }[role as string] ?? 0)
  })

  it('reviewers act by their own door, and partners by none of it', async () => {
    await prepare('PRIVATE_SUBMITTED')
    const decisions = `/submissions/${integrations.accept}/decisions`
    for (const role of NAMES.filter((one) => one !== 'reviewer')) {
      const { status } = await asks(people[role], 'POST', decisions, { act: 'accept', words: 'Mine.' })
      expect([role, status]).toEqual([role, role === 'stranger' ? 401 : 404])
    }
    const { status } = await asks(people.reviewer, 'POST', `/integrations/${integrations.withdraw}/lifecycle`, {
      act: 'withdraw',
    })
    expect(status).toBe(403)
    expect((await statesNow()).get(integrations.accept)).toBe('PRIVATE_SUBMITTED')
  })
})

describe('who finds it, and who may connect it', () => {
  it.each<[IntegrationState, string]>([
    ['PRIVATE_BUILDING', 'partner, colleague, customer'],
    ['PRIVATE_SUBMITTED', 'partner, colleague, customer'],
    ['PRIVATE_BETA', 'partner, colleague, customer'],
    ['PUBLIC_BETA', 'partner, colleague, other partner, customer, reviewer'],
    ['PUBLIC', 'partner, colleague, other partner, customer, reviewer'],
    ['DEPRECATED', 'partner, colleague, customer'],
    ['UNAVAILABLE', 'partner, colleague, customer'],
  ])('%s: %s', async (state, wanted) => {
    await prepare(state)
    const seen: string[] = []
    for (const role of NAMES) {
      const { status } = await asks(people[role], 'GET', `/catalog/destinations/${slug}`)
      if (status === 200) seen.push(role)
    }
    expect(seen.join(', ')).toBe(wanted)
    const listed = await asks<{ data: { destinationsCatalog: { id: string }[] } }>(
      people.customer,
      'GET',
      '/catalog/destinations?pagination[count]=200',
    )
    expect(listed.json.data.destinationsCatalog.some(({ id }) => id === integrations[ACTS[0]])).toBe(true)
  })
})

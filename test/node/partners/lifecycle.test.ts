import { describe, expect, it } from 'vitest'
import {
  ACTORS,
  ACTS,
  type Condition,
  CONDITIONS,
  refusalOf,
  type LifeStanding,
  LIFE_TRANSITIONS,
  type Turn,
} from '../../../src/control/lifecycle/states.ts'
import {
  INTEGRATION_STATES,
  MEASURES,
  isOpenTo,
  type IntegrationState,
  type Relation,
} from '../../../src/integrations/states.ts'

const all = (value: boolean) => Object.fromEntries(CONDITIONS.map((one) => [one, value])) as LifeStanding['holds']
const TURNS: (Turn | null)[] = ['us', 'partner', null]

/** Who may do what where, written down a second time: a change of the table is meant, or it is a mistake. */
const DRAWN = [
  'partner submit PRIVATE_BUILDING → PRIVATE_SUBMITTED',
  'partner withdraw PRIVATE_SUBMITTED → PRIVATE_BUILDING',
  'reviewer ask PRIVATE_SUBMITTED(us) → PRIVATE_SUBMITTED',
  'partner answer PRIVATE_SUBMITTED(partner) → PRIVATE_SUBMITTED',
  'reviewer accept PRIVATE_SUBMITTED → PRIVATE_BETA',
  'reviewer decline PRIVATE_SUBMITTED → PRIVATE_BUILDING',
  'partner open PRIVATE_BETA → PUBLIC_BETA',
  'platform publish PRIVATE_BETA → PUBLIC',
  'platform publish PUBLIC_BETA → PUBLIC',
  'partner deprecate PUBLIC_BETA → DEPRECATED',
  'partner deprecate PUBLIC → DEPRECATED',
  'reviewer deprecate PUBLIC_BETA → DEPRECATED',
  'reviewer deprecate PUBLIC → DEPRECATED',
  'platform deprecate PUBLIC_BETA → DEPRECATED',
  'platform deprecate PUBLIC → DEPRECATED',
  'reviewer reinstate DEPRECATED → PUBLIC_BETA, null',
  'platform reinstate DEPRECATED → PUBLIC_BETA, null',
  'platform end DEPRECATED → UNAVAILABLE',
  'reviewer stop PRIVATE_BETA → UNAVAILABLE',
  'reviewer stop PUBLIC_BETA → UNAVAILABLE',
  'reviewer stop PUBLIC → UNAVAILABLE',
  'reviewer stop DEPRECATED → UNAVAILABLE',
  'reviewer rebuild UNAVAILABLE → PRIVATE_BUILDING, null',
  ...['platform', 'reviewer'].flatMap((actor) =>
    ['PUBLIC_BETA', 'PUBLIC'].flatMap((state) => [
      `${actor} warn ${state}, null → ${state}, warned`,
      `${actor} unbadge ${state}, warned → ${state}, no_badge`,
      `${actor} close ${state}, no_badge → ${state}, closed`,
      `${actor} recover ${state}, warned → ${state}, null`,
      `${actor} recover ${state}, no_badge → ${state}, null`,
      `${actor} recover ${state}, closed → ${state}, null`,
    ]),
  ),
  ...['PUBLIC_BETA', 'PUBLIC', 'DEPRECATED'].flatMap((state) => [
    `partner appeal ${state} → ${state}`,
    `reviewer uphold ${state}(us) → ${state}`,
  ]),
  'reviewer overturn PUBLIC_BETA(us) → PUBLIC_BETA, null',
  'reviewer overturn PUBLIC(us) → PUBLIC, null',
]

describe('the table of transitions', () => {
  it('draws these and no others', () => {
    const found = new Set<string>()
    for (const act of ACTS)
      for (const actor of ACTORS)
        for (const state of INTEGRATION_STATES)
          for (const turn of TURNS) {
            for (const measure of [null, ...MEASURES]) {
              if (refusalOf(act, [actor], { state, turn, measure, holds: all(true) }) !== undefined) continue
              const { to, turn: needed, measures, measure: then } = LIFE_TRANSITIONS[act]
              const from = `${state}${needed ? `(${turn})` : ''}${measures ? `, ${measure}` : ''}`
              found.add(`${actor} ${act} ${from} → ${to ?? state}${then === undefined ? '' : `, ${then}`}`)
            }
          }
    expect([...found].toSorted()).toEqual(DRAWN.toSorted())
  })

  it('asks for what has to hold, each by its own code', () => {
    const codes: Record<Condition, string> = {
      partner: 'not_a_partner',
      certified: 'not_certified',
      customers: 'customers_missing',
      due: 'not_due',
      appealable: 'nothing_to_appeal',
      another: 'not_another',
    }
    const missing: string[] = []
    for (const act of ACTS)
      for (const condition of LIFE_TRANSITIONS[act].holds) {
        const { by, from, turn = null, measures = [null] } = LIFE_TRANSITIONS[act]
        const holds = { ...all(true), [condition]: false }
        const refused = refusalOf(act, by, { state: from[0] ?? 'PUBLIC', turn, measure: measures[0] ?? null, holds })
        expect([act, condition, refused]).toEqual([act, condition, codes[condition]])
        missing.push(`${act} ${condition}`)
      }
    expect(missing.toSorted()).toEqual(
      [
        'submit partner',
        'submit certified',
        'accept partner',
        'accept certified',
        'open certified',
        'publish certified',
        'publish customers',
        'reinstate certified',
        'end due',
        'appeal appealable',
        'uphold another',
        'overturn another',
      ].toSorted(),
    )
  })

  it('says first that it is not theirs, then the state, then the turn, then what is missing', () => {
    const nothing = { turn: null, measure: null, holds: all(false) }
    expect(refusalOf('accept', ['partner'], { state: 'PUBLIC', ...nothing })).toBe('wrong_role')
    expect(refusalOf('accept', [], { state: 'PRIVATE_SUBMITTED', ...nothing })).toBe('wrong_role')
    expect(refusalOf('accept', ['reviewer'], { state: 'PUBLIC', ...nothing })).toBe('wrong_state')
    expect(refusalOf('ask', ['reviewer'], { state: 'PRIVATE_SUBMITTED', ...nothing })).toBe('wrong_turn')
    expect(refusalOf('accept', ['reviewer'], { state: 'PRIVATE_SUBMITTED', ...nothing })).toBe('not_a_partner')
  })

  it('reaches every state from the first, and leaves every one again', () => {
    const reached = new Set<IntegrationState>(['PRIVATE_BUILDING'])
    for (let grown = true; grown;) {
      const before = reached.size
      for (const { from, to } of Object.values(LIFE_TRANSITIONS))
        if (from.some((one) => reached.has(one))) reached.add(to ?? 'PUBLIC')
      grown = reached.size > before
    }
    expect([...reached].toSorted()).toEqual([...INTEGRATION_STATES].toSorted())
    const left = new Set(
      Object.values(LIFE_TRANSITIONS).flatMap(({ from, to }) => from.filter((one) => to !== null && one !== to)),
    )
    expect([...left].toSorted()).toEqual([...INTEGRATION_STATES].toSorted())
  })
})

describe('who may see and use it', () => {
  it.each<[IntegrationState, string, string]>([
    ['PRIVATE_BUILDING', 'maker user', 'maker'],
    ['PRIVATE_SUBMITTED', 'maker user', 'maker'],
    ['PRIVATE_BETA', 'maker guest user', 'maker guest user'],
    ['PUBLIC_BETA', 'maker guest user stranger', 'maker guest user stranger'],
    ['PUBLIC', 'maker guest user stranger', 'maker guest user stranger'],
    ['DEPRECATED', 'maker user', 'maker user'],
    ['UNAVAILABLE', 'maker user', ''],
  ])('%s: seen by %s, used by %s', (state, see, use) => {
    const who: [string, Relation[]][] = [
      ['maker', ['maker']],
      ['guest', ['guest']],
      ['user', ['user']],
      ['stranger', []],
    ]
    const those = (to: 'see' | 'use') =>
      who
        .filter(([, relations]) => isOpenTo(state, to, relations))
        .map(([name]) => name)
        .join(' ')
    expect([those('see'), those('use')]).toEqual([see, use])
  })

  it('what is closed to new customers is seen as before, and used by its maker and those who have it', () => {
    for (const state of ['PUBLIC_BETA', 'PUBLIC'] as const) {
      const may = (to: 'see' | 'use', relations: Relation[]) => isOpenTo(state, to, relations, 'closed')
      expect([may('use', []), may('use', ['guest']), may('use', ['user']), may('use', ['maker'])]).toEqual([
        false,
        false,
        true,
        true,
      ])
      expect(may('see', [])).toBe(true)
      expect(isOpenTo(state, 'use', [], 'no_badge')).toBe(true)
    }
  })
})

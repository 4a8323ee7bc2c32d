import { registeredDomain } from './mail-domain.ts'

/** When an integration becomes public: so many customers, each with deliveries on so many of the last days. */
export interface CustomerRule {
  needed: number
  days: number
  window: number
}

/** Somebody of a workspace: who, and the domain of their address. */
export interface OfWorkspace {
  userId: string
  domain: string
}

/** The maker of an integration, with everything that its customers may not be. */
export interface Maker {
  workspaceId: string
  people: readonly OfWorkspace[]
  /** Of the application: the domain of its address, the host of its site. */
  domains: readonly string[]
}

/** A workspace that has connected an integration. Times are milliseconds. */
export interface Customer {
  workspaceId: string
  /** `null`: it has not agreed to be named. */
  name: string | null
  since: number
  sandbox: boolean
  /** One of its destinations is enabled, is not paused, and its source is enabled. */
  on: boolean
  /** Of the window: those on which an event was delivered. */
  days: number
  owners: readonly OfWorkspace[]
  /** Those who may change something there, owners among them. */
  writers: readonly OfWorkspace[]
}

/** Why a workspace does not count. */
export const LACKS = {
  own: 'It is the workspace of the integration’s maker.',
  sandbox: 'It is a sandbox.',
  partner_domain: 'Somebody who owns it has an address of the maker’s domain.',
  partner_person: 'Somebody of the maker may change it.',
  no_owner: 'Nobody owns it.',
  off: 'It is not switched on.',
  days: 'It has too few days with deliveries.',
  same_customer: 'It has an owner or a mail domain in common with one that counts already.',
} as const
export type Lack = keyof typeof LACKS

/** These do not go away by using it: such a workspace is no customer. */
const NEVER: ReadonlySet<Lack> = new Set([
  'own',
  'sandbox',
  'partner_domain',
  'partner_person',
  'no_owner',
  'same_customer',
])

export interface CountedCustomer extends Pick<Customer, 'workspaceId' | 'name' | 'since' | 'days'> {
  /** Nothing: it counts. */
  lacks: readonly Lack[]
}

/** Who counts as a customer, and who not and why. */
export interface Count {
  rule: CustomerRule
  /** How many count; no more than are needed. */
  filled: number
  /** As many as are needed: those that count, then those that lack least; `null`: nobody yet. */
  slots: readonly (CountedCustomer | null)[]
  /** Others, with what they lack. */
  others: readonly CountedCustomer[]
}

/**
 * Counts the customers of an integration. Workspaces with an owner or an owner's mail domain in common are one customer, also
 * by way of a third one: who owns ten workspaces has one vote, and so have ten addresses of one free mail service.
 */
export function countCustomers(rule: CustomerRule, maker: Maker, customers: readonly Customer[]): Count {
  const sorted = customers.toSorted((a, b) => a.since - b.since || (a.workspaceId < b.workspaceId ? -1 : 1))
  const companyOf = companies(sorted)
  const counted = new Set<string>()
  const all = sorted.map((customer): CountedCustomer => {
    const lacks = lacksOf(rule, maker, customer)
    const company = companyOf(customer)
    if (lacks.length === 0 && counted.has(company)) lacks.push('same_customer')
    if (lacks.length === 0) counted.add(company)
    const { workspaceId, name, since, days } = customer
    return { workspaceId, name, since, days, lacks }
  })
  const counts = all.filter(({ lacks }) => lacks.length === 0)
  const nearly = all
    .filter(({ lacks }) => lacks.length > 0 && lacks.every((lack) => !NEVER.has(lack)))
    .toSorted((a, b) => a.lacks.length - b.lacks.length || b.days - a.days)
  const shown = [...counts, ...nearly].slice(0, rule.needed)
  const empty = Array.from({ length: rule.needed - shown.length }, () => null)
  const others = all.filter((one) => !shown.includes(one))
  return { rule, filled: Math.min(counts.length, rule.needed), slots: [...shown, ...empty], others }
}

function lacksOf(rule: CustomerRule, maker: Maker, customer: Customer): Lack[] {
  const { workspaceId, sandbox, owners, writers, on, days } = customer
  const ofMaker = new Set([...maker.people.map(({ domain }) => domain), ...maker.domains].map(registeredDomain))
  const people = new Set(maker.people.map(({ userId }) => userId))
  const found: [Lack, boolean][] = [
    ['own', workspaceId === maker.workspaceId],
    ['sandbox', sandbox],
    ['partner_domain', owners.some(({ domain }) => ofMaker.has(registeredDomain(domain)))],
    [
      'partner_person',
      writers.some(({ userId, domain }) => people.has(userId) || ofMaker.has(registeredDomain(domain))),
    ],
    ['no_owner', owners.length === 0],
    ['off', !on],
    ['days', days < rule.days],
  ]
  return found.filter(([, lacks]) => lacks).map(([lack]) => lack)
}

/** Of each workspace a word that is the same for all of one company. */
function companies(customers: readonly Customer[]): (customer: Customer) => string {
  const parents = new Map<string, string>()
  const rootOf = (key: string): string => {
    let root = key
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    return root
  }
  const join = (a: string, b: string) => {
    const [one, other] = [rootOf(a), rootOf(b)]
    if (one !== other) parents.set(one, other)
  }
  for (const { workspaceId, owners } of customers)
    for (const { userId, domain } of owners) {
      join(`workspace ${workspaceId}`, `person ${userId}`)
      join(`workspace ${workspaceId}`, `domain ${registeredDomain(domain)}`)
    }
  return ({ workspaceId }) => rootOf(`workspace ${workspaceId}`)
}

import { describe, expect, it } from 'vitest'
import {
  countCustomers,
  type Customer,
  type CustomerRule,
  type Maker,
} from '../../../src/control/lifecycle/customers.ts'
import { registeredDomain } from '../../../src/control/lifecycle/mail-domain.ts'

const RULE: CustomerRule = { needed: 10, days: 3, window: 14 }
const MAKER: Maker = {
  workspaceId: 'ws_maker',
  people: [
    { userId: 'ada', domain: 'acme.example' },
    { userId: 'guest', domain: 'mail.example' },
  ],
  domains: ['acme.example', 'www.acme-tools.example'],
}

/** A real one: owned by somebody of a company of its own. */
function customer(n: number, over: Partial<Customer> = {}): Customer {
  const owners = [{ userId: `user-${n}`, domain: `company-${n}.example` }]
  return {
    workspaceId: `ws_${n}`,
    name: null,
    since: n,
    sandbox: false,
    on: true,
    days: 3,
    owners,
    writers: over.owners ?? owners,
    ...over,
  }
}
const ten = (over: (n: number) => Partial<Customer> = () => ({})) =>
  Array.from({ length: 10 }, (_, n) => customer(n, over(n)))
const owned = (userId: string, domain: string): Partial<Customer> => ({ owners: [{ userId, domain }] })

describe('customers that count', () => {
  it('are ten, each with deliveries on three days', () => {
    const { filled, slots, others } = countCustomers(RULE, MAKER, ten())
    expect([filled, slots.length, others]).toEqual([10, 10, []])
    expect(countCustomers(RULE, MAKER, ten().slice(1)).filled).toBe(9)
  })

  it('are as many as the operator says', () => {
    expect(
      countCustomers(
        { needed: 2, days: 1, window: 1 },
        MAKER,
        ten(() => ({ days: 1 })),
      ).filled,
    ).toBe(2)
    expect(countCustomers({ ...RULE, days: 4 }, MAKER, ten()).filled).toBe(0)
  })

  it('stand in slots, first those that count, then those that lack least, then nobody', () => {
    const all = [
      customer(1),
      customer(2, { on: false, days: 1 }),
      customer(3, { days: 2 }),
      customer(4, { sandbox: true }),
    ]
    const { filled, slots, others } = countCustomers({ ...RULE, needed: 4 }, MAKER, all)
    expect(filled).toBe(1)
    expect(slots.map((slot) => slot && [slot.workspaceId, ...slot.lacks])).toEqual([
      ['ws_1'],
      ['ws_3', 'days'],
      ['ws_2', 'off', 'days'],
      null,
    ])
    expect(others.map(({ workspaceId, lacks }) => [workspaceId, ...lacks])).toEqual([['ws_4', 'sandbox']])
  })
})

/** Each gets no further than it says, and for the reason that it says. */
const CHEATS: [number, string, string, Customer[], number][] = [
  [1, 'its own workspace', 'own', ten((n) => (n === 0 ? { workspaceId: 'ws_maker' } : {})), 9],
  [2, 'workspaces of its own people’s mail domain', 'partner_domain', ten((n) => owned(`u${n}`, 'acme.example')), 0],
  [
    3,
    'subdomains, and the domain of its site',
    'partner_domain',
    ten((n) => owned(`u${n}`, n % 2 ? `a${n}.acme.example` : 'acme-tools.example')),
    0,
  ],
  [
    4,
    'a straw man owns it, and somebody of the maker sets it up',
    'partner_person',
    ten((n) => ({ writers: [{ userId: 'ada', domain: `private-${n}.example` }] })),
    0,
  ],
  [5, 'sandboxes', 'sandbox', ten(() => ({ sandbox: true })), 0],
  [
    6,
    'one company with ten workspaces of one owner',
    'same_customer',
    ten((n) => owned('one', `bought-${n}.example`)),
    1,
  ],
  [7, 'ten people of one company', 'same_customer', ten((n) => owned(`u${n}`, `dept-${n}.company.co.uk`)), 1],
  [8, 'ten addresses of a free mail service', 'same_customer', ten((n) => owned(`u${n}`, 'mail.example.com')), 1],
  [
    9,
    'two companies joined by a third workspace',
    'same_customer',
    [
      customer(1),
      customer(2),
      customer(3, {
        owners: [
          { userId: 'user-1', domain: 'x.example' },
          { userId: 'user-2', domain: 'y.example' },
        ],
      }),
    ],
    1,
  ],
  [10, 'switched on, and off again once it was counted', 'off', ten(() => ({ on: false })), 0],
  [11, 'all events on two days', 'days', ten(() => ({ days: 2 })), 0],
  [12, 'workspaces that nobody owns', 'no_owner', ten(() => ({ owners: [], writers: [] })), 0],
]

describe('ways to cheat', () => {
  it.each(CHEATS)('%i: %s', (_, __, lack, customers, most) => {
    const { filled, slots, others } = countCustomers(RULE, MAKER, customers)
    expect(filled).toBe(most)
    const lacking = [...slots, ...others].filter((one) => one !== null && one.lacks.length > 0)
    expect(lacking.length).toBe(customers.length - most)
    for (const one of lacking) expect(one?.lacks).toContain(lack)
  })
})

describe('a registered domain', () => {
  it.each([
    ['acme.example', 'acme.example'],
    ['Mail.Acme.Example.', 'acme.example'],
    ['a.b.acme.co.uk', 'acme.co.uk'],
    ['acme.com.au', 'acme.com.au'],
    ['co.uk', 'co.uk'],
    ['localhost', 'localhost'],
  ])('of %s is %s', (host, domain) => {
    expect(registeredDomain(host)).toBe(domain)
  })
})

import { expect, it } from 'vitest'
import { TESTED } from '../../pull/tested.ts'
import { expectSame, vendorRig } from './rig.ts'
import { vendorSuite } from './suite.ts'

const rig = vendorRig(TESTED.salesforce)

vendorSuite(rig)

const accounts = () => {
  const { collections } = rig.vendor
  rig.change({ leftOut: collections.filter((name) => name !== 'accounts'), added: [] })
}

it('misses and repeats no record of one moment, though what was held ready expires after every batch', async () => {
  accounts()
  for (let n = 0; n < 40; n++) rig.server.put('Account', { Name: `No. ${n}` })
  rig.world.clock.now += 3_600_000
  rig.server.expire = () => true
  const report = await rig.pulled()
  expect(report).toMatchObject({ failures: 0, objects: 40, last: { troubles: [] } })
  expect(rig.server.queries).toHaveLength(6)
  await rig.world.settle()
  await expectSame(rig)
})

it('passes over no record though those before it were changed while they were read', async () => {
  accounts()
  for (let n = 0; n < 30; n++) rig.server.put('Account', { Name: `No. ${n}` })
  rig.world.clock.now += 3_600_000
  const ids = [...(rig.server.all.get('Account')?.keys() ?? [])]
  let batches = 0
  rig.server.meanwhile = () => {
    // All that the next batch has is changed before it is read, and goes to the end.
    if (++batches !== 4) return
    for (const id of ids.slice(7, 14)) rig.server.put('Account', { Name: 'Changed' }, id)
  }
  rig.server.expire = () => batches === 5
  await rig.pulled()
  await rig.world.settle()
  await expectSame(rig)
})

it('pulls while less than its share of the day’s calls is used, and says why it waits', async () => {
  accounts()
  rig.change({ settings: { ...rig.terms?.settings, share: 40 } })
  Object.assign(rig.server, { most: 100, used: 34 })
  for (let n = 0; n < 100; n++) rig.server.put('Account', { Name: `No. ${n}` })
  rig.world.clock.now += 3_600_000
  await rig.puller.pullNow()
  await rig.ring()
  expect(rig.puller.report()).toMatchObject({ state: 'running', failures: 0, waiting: { code: 'share_used' } })
  expect(rig.puller.report().waiting?.words).toBe(
    '40 of the 100 API calls of 24 hours are used; it pulls while that is less than 40 %.',
  )
  const before = rig.server.calls
  for (let n = 0; n < 3; n++) await rig.ring()
  // A page in a quarter of an hour, to see whether that is still so.
  expect(rig.server.calls - before).toBeLessThanOrEqual(6)
  rig.server.used = 0
  const report = await rig.pulled()
  expect(report).toMatchObject({ waiting: null, failures: 0, collections: { accounts: { isWhole: true } } })
  rig.server.used = 100
  await rig.puller.pullNow()
  await rig.ring()
  expect(rig.puller.report()).toMatchObject({ failures: 0, waiting: { code: 'limit_exceeded' } })
})

it('goes on without a field that was removed meanwhile, and asks for many in a body', async () => {
  accounts()
  const many = Array.from({ length: 700 }, (_, n) => [`A_field_with_a_long_name_${n}__c`, n])
  rig.server.put('Account', Object.fromEntries(many) as Record<string, unknown>)
  rig.world.clock.now += 3_600_000
  expect((await rig.pulled()).last?.troubles).toEqual([])
  await rig.world.settle()
  await expectSame(rig)
  // Between the describe and the query.
  let calls = 0
  rig.server.meanwhile = () => {
    if (++calls === 2) rig.server.fields.get('Account')?.delete('A_field_with_a_long_name_3__c')
  }
  rig.server.put('Account', { Name: 'Changed' }, [...(rig.server.all.get('Account')?.keys() ?? [])][0])
  expect((await rig.pulled()).last).toMatchObject({ troubles: [], objects: 1 })
})

it('lists objects of the account that can be chosen, its own first, and reads what was', async () => {
  rig.server.define('AccountTag', [])
  const listed = await rig.puller.choices()
  expect(listed).toEqual({
    choices: [
      { name: 'Invoice__c', label: 'Invoice' },
      { name: 'account_tags', label: 'AccountTag' },
    ],
  })
})

it('takes its tokens to no other host than Salesforce’s', async () => {
  rig.server.instance = 'https://collector.example.com'
  await rig.puller.pullNow()
  await rig.ring()
  expect(rig.puller.report()).toMatchObject({ failures: 1, error: { code: 'address_refused' } })
  expect(rig.server.used).toBe(0)
})

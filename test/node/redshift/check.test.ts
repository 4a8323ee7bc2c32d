import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Check, RedshiftSettings } from '../../../src/connectors/index.ts'
import { validateSettings, WAREHOUSES } from '../../../src/integrations/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { RedshiftStandIn, SETTINGS } from '../../redshift/stand-in.ts'

let database: TestDatabase
let world: RedshiftStandIn
beforeAll(async () => {
  database = await openDatabase()
  world = new RedshiftStandIn(database)
  world.buckets.make('dotted.name', 'eu-west-1')
})
afterAll(async () => {
  await world.end()
  await database.end()
})
beforeEach(() => world.calm())

const check = (changes: Partial<RedshiftSettings> = {}) => world.client().connector.check({ ...SETTINGS, ...changes })
/** The last step, which failed, and the steps before it. */
async function failure(changes: Partial<RedshiftSettings> = {}): Promise<{ good: string[]; bad: Check | undefined }> {
  const checks = await check(changes)
  expect(world.buckets.keys('shop-loads')).toEqual([])
  return { good: checks.filter(({ ok }) => ok).map(({ code }) => code), bad: checks.find(({ ok }) => !ok) }
}

describe('a connection test', () => {
  it('says what works, and leaves nothing behind', async () => {
    const checks = await check()
    expect(checks.map(({ code, ok }) => [code, ok])).toEqual(
      ['bucket', 'database', 'create', 'role', 'remove'].map((code) => [code, true]),
    )
    expect(world.buckets.keys('shop-loads')).toEqual([])
    expect(await database.query(`select * from pg_namespace where nspname like '\\_sluice%'`)).toEqual([])
    expect((await check({ bucket: 'dotted.name' })).every(({ ok }) => ok)).toBe(true)
  })

  it('refuses settings that cannot be right, before anything is sent', async () => {
    world.requests.length = 0
    for (const changes of [
      { region: 'eu-west-1.evil.example/' },
      { bucket: 'a/../b' },
      { bucket: 'Shop' },
      { bucket: 'a..b' },
      { prefix: '../x' },
      { prefix: 'a//b' },
      { prefix: "a'b" },
      { iamRole: "arn:aws:iam::123456789012:role/x' access_key_id '" },
      { iamRole: 'reads' },
      { cluster: 'both' },
      { workgroup: 'shop', dbUser: 'x' },
      { accessKeyId: 'short' },
      { database: 'a"b' },
    ]) {
      expect(await check(changes)).toMatchObject([{ code: 'settings', ok: false }])
      await expect(world.client().connector.open({ ...SETTINGS, ...changes })).rejects.toMatchObject({
        code: 'settings',
      })
    }
    expect(world.requests).toEqual([])
  })

  it.each([
    ['an unknown access key', { accessKeyId: 'AKIAIOSFODNN7UNKNOWN' }, [], 'does not know the access key id'],
    ['a wrong secret', { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYWRONGGKEY' }, [], 'not the one that belongs'],
    ['a bucket that is not there', { bucket: 'no-such' }, [], 'There is no bucket “no-such”'],
    ['a bucket elsewhere', { bucketRegion: 'us-east-1' }, [], 'is in eu-west-1, not in us-east-1'],
    ['another workgroup', { workgroup: 'other' }, ['bucket'], 'There is no workgroup “other” in eu-west-1'],
    ['another database', { database: 'other' }, ['bucket'], 'There is no database “other”'],
    [
      'another role',
      { iamRole: 'arn:aws:iam::123456789012:role/other' },
      ['bucket', 'database', 'create'],
      'may not take the role',
    ],
  ])('says of %s what it is', async (_, changes, before, words) => {
    const { good, bad } = await failure(changes)
    expect(good).toEqual(before)
    expect(bad?.words).toContain(words)
  })

  it('gives the policy that mends it', async () => {
    world.buckets.denied.add('PUT')
    expect((await failure()).bad?.policy).toContain('arn:aws:s3:::shop-loads/sluice/a=1/sluice-stage/*')
    world.calm()
    world.denied.add('ExecuteStatement')
    const { bad } = await failure()
    expect(bad?.words).toContain('may not do ExecuteStatement')
    expect(JSON.parse(bad?.policy ?? '')).toMatchObject({ Statement: expect.arrayContaining([]) })
    expect(bad?.policy).toContain('redshift-serverless:GetCredentials')
    world.calm()
    const trust = await failure({ iamRole: 'default' })
    expect(trust.bad?.policy).toContain('sts:AssumeRole')
    world.calm()
    world.api.at = (point, sqls) => {
      if (point === 'part 2' && sqls[2]?.startsWith('copy'))
        throw new Error('ERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied')
    }
    expect((await failure()).bad).toMatchObject({ code: 'role', policy: expect.stringContaining('s3:GetObject') })
    world.calm()
    world.buckets.denied.add('LIST')
    expect((await failure()).bad).toMatchObject({ code: 'remove', policy: expect.stringContaining('s3:ListBucket') })
  })

  it('gives the statements that mend it', async () => {
    world.engine.settings.forbidden.set('create schema', 'ERROR: permission denied for database analytics')
    expect((await failure()).bad).toMatchObject({
      code: 'create',
      sql: 'grant create on database "analytics" to "postgres";',
    })
    world.calm()
    world.engine.settings.forbidden.set('create or replace procedure', 'ERROR: permission denied for language plpgsql')
    expect((await failure()).bad?.sql).toBe('grant usage on language plpgsql to public;')
  })

  it('waits for what is only busy, and names what does not answer', async () => {
    let first = true
    world.fate = () => {
      const fate = first ? 'trouble' : undefined
      first = false
      return fate
    }
    expect((await check()).every(({ ok }) => ok)).toBe(true)
    world.fate = (operation) => (operation === 'DescribeStatement' ? 'unheard' : undefined)
    expect((await failure()).bad?.words).toContain('redshift-data.eu-west-1.amazonaws.com could not be reached')
  })

  it('takes the settings that the catalogue’s entry asks for', () => {
    const fields = WAREHOUSES.find(({ id }) => id === 'redshift')?.fields ?? []
    expect(validateSettings(fields, SETTINGS, { allowLocal: false })).toEqual({
      ok: true,
      settings: { ...SETTINGS, discards: false },
    })
    const others = ['cluster', 'dbUser', 'secretArn', 'bucketRegion', 'discards']
    expect(fields.map(({ name }) => name).toSorted()).toEqual([...Object.keys(SETTINGS), ...others].toSorted())
    expect(fields.find(({ name }) => name === 'secretAccessKey')?.type).toBe('secret')
  })

  it('reaches a cluster by its user', async () => {
    const cluster = new RedshiftStandIn(database, { database: 'analytics', cluster: 'big', dbUser: 'loader' })
    const { workgroup: _, ...rest } = SETTINGS
    const settings = { ...rest, cluster: 'big', dbUser: 'loader' }
    const checks = await cluster.client().connector.check(settings)
    expect(checks.every(({ ok }) => ok)).toBe(true)
    await cluster.end()
  })
})

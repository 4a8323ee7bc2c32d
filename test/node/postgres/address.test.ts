import { describe, expect, it } from 'vitest'
import { hyperdriveNames, hyperdriveOf, warehouseAddress } from '../../../src/connectors/index.ts'

describe('where a warehouse may be', () => {
  it.each([
    ['db.example.com', 'db.example.com'],
    ['DB.Example.com.', 'db.example.com.'],
    ['8.8.8.8', '8.8.8.8'],
    ['2606:4700::1111', '2606:4700::1111'],
    ['[2606:4700::1111]', '2606:4700::1111'],
    ['my-shop.c1abcdef.eu-west-1.rds.amazonaws.com', 'my-shop.c1abcdef.eu-west-1.rds.amazonaws.com'],
  ])('%s', (host, read) => expect(warehouseAddress(host, 5432, false)).toEqual({ host: read }))

  it.each([
    'localhost',
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '127.1',
    '10.0.0.8',
    '192.168.1.1',
    '172.20.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
    'fe80::1',
    'db',
    'db.internal',
    'db.local',
    '',
    'postgres://db.example.com',
    'db.example.com:5432',
    'user@db.example.com',
    'db.example.com/shop',
    'db.example.com?x=1',
    'db example.com',
    'db.example.com#',
    '\\db.example.com',
    '[::1',
  ])('not %s', (host) => expect(warehouseAddress(host, 5432, false)).toMatchObject({ field: 'host' }))

  it.each([0, -1, 1.5, 65_536, 25, Number.NaN])('not port %s', (port) =>
    expect(warehouseAddress('db.example.com', port, false)).toMatchObject({ field: 'port' }),
  )

  it('is loopback too in the local run, but not the platform itself', () => {
    for (const host of ['localhost', '127.0.0.1', '::1']) {
      expect(warehouseAddress(host, 5432, 8787)).toEqual({ host })
      expect(warehouseAddress(host, 8787, 8787)).toMatchObject({ field: 'host' })
    }
    expect(warehouseAddress('10.0.0.8', 5432, 8787)).toMatchObject({ field: 'host' })
  })
})

it('knows a Hyperdrive by what it has', () => {
  const hyperdrive = { host: 'x.hyperdrive.local', port: 5432, user: 'u', password: 'p@/', database: 'shop' }
  const env = { SHOP: { ...hyperdrive, connectionString: 'postgres://…' }, DB: {}, KEY: 'connectionString', NONE: null }
  expect(hyperdriveNames(env)).toEqual(['SHOP'])
  expect(hyperdriveOf(env, 'SHOP')).toEqual({ hyperdrive })
  for (const name of ['DB', 'KEY', 'NONE', 'MISSING', 'constructor']) expect(hyperdriveOf(env, name)).toBeUndefined()
})

import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { selfSigned } from '../../conformance/rig/certificate.ts'
import type { PostgresSettings } from '../../../src/connectors/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { startPostgres } from '../../postgres/server.ts'
import { connector, settingsOf } from './sync.ts'

let database: TestDatabase
const authorities = getCACertificates('default')
beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.end())

/** Steps as `code`, or `code: what is wrong`. */
async function checked(more: Partial<PostgresSettings> = {}, of = database): Promise<string[]> {
  const checks = await connector.check(settingsOf(of, more))
  return checks.map(({ code, ok, words }) => (ok ? code : `${code}: ${words}`))
}
const last = async (more: Partial<PostgresSettings>) => (await connector.check(settingsOf(database, more))).at(-1)

/** Somebody at a port of loopback who says `text` to whoever comes. */
async function says(text: string | null): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => (text === null ? socket.destroy() : socket.end(text)))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('a connection that is in order', () => {
  it('is told step by step, without TLS with a warning', async () => {
    expect(await checked()).toEqual(
      'host port password database tls version primary encoding create temporary'.split(' '),
    )
    expect((await connector.check(settingsOf(database))).find(({ code }) => code === 'tls')?.words).toContain(
      'not encrypted',
    )
  })

  it.each(['127.0.0.1', 'localhost'])(
    'has TLS with a certificate that an authority of ours has signed: %s',
    async (host) => {
      setDefaultCACertificates([...authorities, database.ca])
      onTestFinished(() => setDefaultCACertificates(authorities))
      const settings = settingsOf(database, { sslmode: 'verify-full', host })
      const checks = await connector.check(settings)
      expect(checks.map(({ ok }) => ok)).not.toContain(false)
      expect(checks.find(({ code }) => code === 'tls')?.words).toContain('encrypted')
      const session = await connector.open(settings)
      expect(await session.catalogue('public')).toEqual(new Map())
      expect(
        await database.query(`select ssl from pg_stat_ssl join pg_stat_activity using (pid)
        where datname = current_database() and application_name = 'sluice'`),
      ).toEqual([{ ssl: true }])
      await session.end()
    },
  )
})

describe('what is wrong is said, with what mends it', () => {
  it('host', async () => {
    expect(await last({ host: '10.0.0.8' })).toMatchObject({ code: 'host', ok: false })
    expect(await last({ host: 'postgres://db.example.com' })).toMatchObject({ code: 'host', ok: false })
    expect(await last({ port: 0 })).toMatchObject({ code: 'port', ok: false })
  })

  it('nobody there', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise((done) => server.close(done))
    expect(await checked({ port })).toEqual([
      `port: At 127.0.0.1 nobody listens on port ${port}, or a firewall refuses.`,
    ])
  })

  it('somebody else there', async () => {
    expect(await last({ port: await says('HTTP/1.1 400 Bad Request\r\n\r\n') })).toMatchObject({ ok: false })
    expect(await last({ port: await says(null) })).toMatchObject({ ok: false })
    expect(await last({ port: await says('HTTP/1.1 400'), sslmode: 'verify-full' })).toMatchObject({ ok: false })
  })

  it('no TLS', async () => {
    expect(await last({ port: await says('N'), sslmode: 'verify-full' })).toMatchObject({ code: 'tls', ok: false })
  })

  it('a certificate that nobody known has signed, or for another name', async () => {
    expect((await checked({ sslmode: 'verify-full' })).at(-1)).toMatch(
      /^tls: The certificate of 127\.0\.0\.1 is not good/,
    )
    setDefaultCACertificates([...authorities, selfSigned().cert])
    onTestFinished(() => setDefaultCACertificates(authorities))
    expect((await checked({ sslmode: 'verify-full' })).at(-1)).toMatch(/^tls: .*use Hyperdrive/)
  })

  it('password, user, database', async () => {
    expect(await last({ password: 'wrong' })).toMatchObject({
      code: 'password',
      words: 'The password of postgres is wrong, or PostgreSQL has no such user.',
      sql: expect.stringContaining('alter role "postgres" login password') as string,
    })
    expect(await last({ username: 'no"body' })).toMatchObject({
      code: 'password',
      sql: expect.stringContaining('create role "no""body"') as string,
    })
    expect(await last({ database: 'none' })).toMatchObject({
      code: 'database',
      sql: 'create database "none" owner "postgres";',
    })
  })

  it('rights', async () => {
    const role = `few_${database.database}`
    await database.query(
      `create role ${role} login password 'secret'; revoke temporary on database ${database.database} from public`,
    )
    const few = { username: role, password: 'secret' }
    expect((await checked(few)).at(-1)).toBe(
      `create: ${role} may make no schema in ${database.database}: each source has one.`,
    )
    expect((await last(few))?.sql).toContain(`grant create on database "${database.database}" to "${role}";`)
    await database.query(`create schema ready authorization ${role}`)
    expect(await connector.check(settingsOf(database, few))).toMatchObject([
      ...Array.from({ length: 8 }, () => ({ ok: true })),
      { code: 'create', ok: true, words: expect.stringContaining('tables can in these: ready.') as string },
      { code: 'temporary', ok: true, sql: `grant temporary on database "${database.database}" to "${role}";` },
    ])
    await database.query(`revoke connect on database ${database.database} from public`)
    expect(await last(few)).toMatchObject({
      code: 'database',
      ok: false,
      sql: expect.stringContaining('connect') as string,
    })
    await database.query(`grant connect on database ${database.database} to public; alter role ${role} nologin`)
    expect(await last(few)).toMatchObject({ code: 'password', ok: false })
  })

  it('an encoding that has not all characters', async () => {
    const name = `${database.database}_latin`
    await database.query(`create database ${name} encoding 'LATIN1' template template0`)
    expect(await last({ database: name })).toMatchObject({
      code: 'encoding',
      ok: false,
      sql: `create database "${name}_utf8" owner "postgres" encoding 'UTF8' template template0;`,
    })
  })

  it('as many connections as it takes; starting up', async () => {
    const role = `one_${database.database}`
    await database.query(`create role ${role} login password 'secret' connection limit 1`)
    const session = await connector.open(settingsOf(database, { username: role, password: 'secret' }))
    await session.catalogue('public')
    expect(await last({ username: role, password: 'secret' })).toMatchObject({
      code: 'too_many_connections',
      ok: false,
    })
    await session.end()
  })
})

it('wakes a server that is starting', async () => {
  const server = await startPostgres(['max_connections=10'])
  onTestFinished(() => server.stop())
  const own: TestDatabase = { ...database, ...server, database: 'postgres' }
  await server.kill()
  expect((await checked({}, own)).at(-1)).toMatch(/^port: /)
  const started = server.start()
  await expect.poll(async () => (await checked({}, own)).at(-1), { timeout: 20_000 }).toBe('temporary')
  await started
})

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createDatabase, openDatabase } from '../../postgres/database.ts'
import { startPostgres } from '../../postgres/server.ts'

it('is shared by all files of a run, a database for each', async () => {
  const [one, other] = [await openDatabase(), await openDatabase()]
  expect(one.port).toBe(other.port)
  expect(one.database).not.toBe(other.database)
  await one.query('create table t (a int)')
  expect(await one.query('insert into t values (1) returning a')).toEqual([{ a: 1 }])
  await expect(other.query('select * from t')).rejects.toMatchObject({ code: '42P01' })
  await Promise.all([one.end(), other.end()])
})

it('keeps what it has when it is killed', async () => {
  const server = await startPostgres(['max_connections=10'])
  onTestFinished(() => server.stop())
  const database = await createDatabase(server)
  await database.query('create table t as select 1 as a')
  await server.kill()
  await expect(database.query('select 1')).rejects.toThrow()
  await server.start()
  const again = await createDatabase(server)
  expect(await again.query(`select datname from pg_database where datname = '${database.database}'`)).toHaveLength(1)
  await again.end()
})

it('ends with whoever started it, and leaves nothing behind', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-orphan-'))
  // PostgreSQL has to get there too.
  spawnSync('chmod', ['0777', dir])
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const program = `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, '../../postgres/server.ts'))}
    const { port } = await startPostgres()
    console.log(port)
    setInterval(() => undefined, 1_000)`
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(starter.stdout, 'data')) as [Buffer]
  expect(Number(port.toString())).toBeGreaterThan(0)
  const [data = ''] = readdirSync(dir)
  expect(existsSync(join(dir, data, 'data', 'postmaster.pid'))).toBe(true)
  starter.kill('SIGKILL')
  for (const give = Date.now() + 30_000; readdirSync(dir).length > 0 && Date.now() < give;) await sleep(20)
  expect(readdirSync(dir)).toEqual([])
})

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

const LOCAL = join(import.meta.dirname, '../../scripts/local')
const load = async <T>(name: string) => (await import(join(LOCAL, name))) as T

type Environment = Record<string, string>
interface Options {
  port: number
  data: string
  pathPrefix: string
  demo: boolean
  dev: boolean
  inspect?: number
  help: boolean
}
const { readOptions } = await load<{ readOptions(args: string[], env?: Environment): Options }>('options.mjs')
const { ownEnvironment } = await load<{ ownEnvironment(outer: Environment, data: string): Environment }>(
  'environment.mjs',
)
const { openLog, wordsOf } = await load<{
  openLog(file: string, data: string, whole?: boolean): { write(text: string): void; line(text: string): void }
  wordsOf(line: string): string[]
}>('log.mjs')

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-local-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('options', () => {
  it('has a default for each', () => {
    expect(readOptions([])).toEqual({
      port: 8787,
      data: join(LOCAL, '../../.sluice'),
      pathPrefix: '',
      demo: true,
      dev: false,
      help: false,
    })
  })

  it.each<[string[], Partial<Options>]>([
    [['--port', '1'], { port: 1 }],
    [['--port=8080', '--no-demo'], { port: 8080, demo: false }],
    [['--data=/a=b', '--path-prefix', '/collect'], { data: '/a=b', pathPrefix: '/collect' }],
    [['--port', '1', '--port', '2'], { port: 2 }],
    [['-h'], { help: true }],
    [['--dev', '--inspect', '9229'], { dev: true, inspect: 9229 }],
  ])('takes %j', (args, options) => {
    expect(readOptions(args)).toMatchObject(options)
  })

  it.each([
    [['--port'], '--port needs a number'],
    [['--port', '0'], '--port needs a number'],
    [['--port', '65536'], '--port needs a number'],
    [['--port', '0x50'], '--port needs a number'],
    [['--port', '1e3'], '--port needs a number'],
    [['--port', ''], '--port needs a number'],
    [['--port='], '--port needs a number'],
    [['--inspect', 'yes'], '--inspect needs a number'],
    [['--data', '--no-demo'], '--data needs a directory'],
    [['--data', ''], '--data needs a directory'],
    [['--path-prefix', 'collect'], '--path-prefix needs a path'],
    [['--no-demo=1'], '--no-demo takes no value'],
    [['--dta', 'x'], 'Unknown option --dta. Did you mean --data?'],
    [['--prefix', '/x'], 'Unknown option --prefix.'],
    [['--demo'], 'Unknown option --demo.'],
    [['8080'], 'Unknown option 8080.'],
    [['--constructor'], 'Unknown option --constructor.'],
    [['--__proto__'], 'Unknown option --__proto__.'],
  ])('refuses %j', (args, why) => {
    expect(() => readOptions(args)).toThrow(why)
  })

  it.each<[string[], Environment, string]>([
    [['19411'], { npm_config_port: 'true' }, 'npm start -- --port 19411'],
    [[], { npm_config_port: '19411' }, 'npm start -- --port 19411'],
    [['/tmp/a'], { npm_config_data: 'true' }, 'npm start -- --data /tmp/a'],
    [[], { npm_config_path_prefix: '/collect' }, 'npm start -- --path-prefix /collect'],
    [[], { npm_config_demo: '' }, 'npm start -- --no-demo'],
    [['--dev'], { npm_config_port: '5' }, 'npm start -- --port 5 --dev'],
    [['--data', 'x'], { npm_config_port: '5' }, 'npm start -- --port 5 --data x'],
  ])('says what npm made of %j with %j', (args, env, right) => {
    expect(() => readOptions(args, env)).toThrow(`Write: ${right}`)
  })

  it('does not mind what npm has where it is given itself', () => {
    expect(readOptions(['--port', '1'], { npm_config_port: '2' }).port).toBe(1)
  })
})

describe('the environment', () => {
  it('has nothing of the shell but what is named', () => {
    const shell = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'CLOUDFLARE_ENV', 'NODE_OPTIONS'].map((n) => [n, 'x']))
    const own = ownEnvironment({ ...shell, SLUICE_ADMIN_TOKEN: 'pa$word', SLUICE_DATA: 'x' }, '/data')
    expect(Object.values(own)).not.toContain('x')
    expect(own).toMatchObject({ HOME: '/data/home', TMPDIR: '/data/tmp', SLUICE_ADMIN_TOKEN: 'pa$word' })
    expect(ownEnvironment(own, '/data')).toEqual(own)
  })
})

describe('the log', () => {
  it('has no token of a link, and is for its owner', () => {
    const file = join(dir, 'platform.log')
    writeFileSync(file, 'older', { mode: 0o644 })
    chmodSync(file, 0o644)
    const token = 'fw2uixdfsguyo8tp5lah71w6slow63kir2r4mbg5'
    const log = openLog(file, dir)
    for (const line of [`GET /sign-in/${token} 303`, `{"path":"/join/${token}"}`, `GET /x/${token}/y 200`])
      log.write(`${line}\n`)
    const kept = 'POST /api/destinations/dst_pz4xb17aetsiwv8ym1bv/test 200\n'
    log.write(kept)
    const text = readFileSync(file, 'utf8')
    expect(text).not.toContain(token)
    expect(text).toBe(`GET /sign-in/… 303\n{"path":"/join/…"}\nGET /x/…/y 200\n${kept}`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is shown whole where that is wanted, and never with a token', () => {
    const shown = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    onTestFinished(() => shown.mockRestore())
    const line = 'GET /sign-in/fw2uixdfsguyo8tp5lah71w6slow63kir2r4mbg5 303'
    openLog(join(dir, 'short.log'), dir).line(line)
    expect(shown.mock.calls).toEqual([])
    openLog(join(dir, 'whole.log'), dir, true).line(line)
    expect(shown.mock.calls).toEqual([['  GET /sign-in/… 303']])
    expect(readFileSync(join(dir, 'short.log'), 'utf8')).toBe(readFileSync(join(dir, 'whole.log'), 'utf8'))
  })

  it.each<[string, string[]]>([
    ['[sluice:info] POST /v1/batch 200 OK (4ms)', []],
    [
      '[sluice:info] POST /v1/batch 400 Bad Request (4ms)',
      ['a request to /v1/batch was refused with 400; its answer says why'],
    ],
    ['[sluice:info] POST /api/sources 400 Bad Request (4ms)', []],
    ['{"level":"info","message":"batch committed","events":3}', []],
    [
      '{"level":"info","message":"batch committed","rejected":{"no_user_anon_id":1,"event_not_defined":2}}',
      [
        'rejected an event: neither a userId nor an anonymousId (no_user_anon_id)',
        'rejected 2 events: a track without the name of its event (event_not_defined)',
      ],
    ],
    ['{"level":"warn","message":"x"}', ['{"level":"warn","message":"x"}']],
    ['{not json', []],
  ])('shows of %s what a person should see', (line, words) => {
    expect(wordsOf(line)).toEqual(words)
  })
})

describe('the data directory', () => {
  const enter = (data: string, more = '') =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script(data, more)], {
      encoding: 'utf8',
      timeout: 30_000,
    })
  const script = (data: string, more: string) => `
    const { enterDirectory } = await import(${JSON.stringify(join(LOCAL, 'directory.mjs'))})
    try { await enterDirectory(${JSON.stringify(data)}, 4711); console.log('entered'); ${more} }
    catch (error) { console.log(error.message) }`
  const modes = (...names: string[]) => names.map((name) => (statSync(join(dir, name)).mode & 0o777).toString(8))

  it('is made for its owner, with all that leads to it', () => {
    expect(enter(join(dir, 'a/b/c')).stdout).toBe('entered\n')
    expect(modes('a/b/c', 'a/b/c/tmp', 'a/b/c/home')).toEqual(['700', '700', '700'])
  })

  it('is closed when an older version left it open', () => {
    for (const name of ['data', 'data/state']) mkdirSync(join(dir, name), { mode: 0o755 })
    for (const name of ['secrets.json', 'platform.log']) writeFileSync(join(dir, 'data', name), '{}', { mode: 0o644 })
    expect(enter(join(dir, 'data')).stdout).toBe('entered\n')
    expect(modes('data', 'data/state', 'data/secrets.json', 'data/platform.log')).toEqual(['700', '700', '600', '600'])
  })

  it('stays as it is when it holds what is not ours', () => {
    mkdirSync(join(dir, 'shared'), { mode: 0o755 })
    writeFileSync(join(dir, 'shared', 'notes.txt'), '', { mode: 0o644 })
    expect(enter(join(dir, 'shared')).stdout).toBe('entered\n')
    expect(modes('shared', 'shared/notes.txt', 'shared/tmp')).toEqual(['755', '644', '700'])
  })

  it.each(['/proc/sluice/x', '/sys/sluice', '/dev/null/x'])('says so, and at once, when it cannot be %s', (data) => {
    expect(enter(data).stdout).toMatch(/^The data directory \S+ cannot be written \(E[A-Z]+\)\. Choose another/)
  })

  it('is taken over from a process that was killed, whoever has its number now', async () => {
    const data = join(dir, 'data')
    const first = spawn(process.execPath, ['--input-type=module', '-e', script(data, 'setInterval(() => 0, 1e6)')])
    await once(first.stdout, 'data')
    expect(enter(data).stdout).toContain(`already runs on ${data} at http://127.0.0.1:4711 (process ${first.pid}).`)
    first.kill('SIGKILL')
    await once(first, 'exit')
    // A number that is somebody else's by now.
    writeFileSync(join(data, 'running.json'), JSON.stringify({ port: 4711, pid: process.pid }))
    expect(enter(data).stdout).toBe('entered\n')
  })
})

describe('a new database', () => {
  const migrate = (state: string, kept: string) => {
    const { status, stderr } = spawnSync(process.execPath, [join(LOCAL, 'migrate.mjs'), state, kept], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
  }
  /** What the first file of D1 below `state` has of tables, and of migrations. */
  const schemaOf = (state: string) => {
    const d1 = join(state, 'v3/d1/miniflare-D1DatabaseObject')
    const file = readdirSync(d1).find((name) => /^[0-9a-f]+\.sqlite$/.test(name))
    const database = new DatabaseSync(join(d1, file ?? 'none'))
    onTestFinished(() => database.close())
    const rows = (query: string) => database.prepare(query).all()
    return {
      tables: rows('SELECT name, sql FROM sqlite_master ORDER BY name'),
      migrations: rows('SELECT name FROM d1_migrations'),
    }
  }

  it('is a copy of the first one, and made anew where that cannot be copied', () => {
    const [kept, made, copied, anew] = ['kept', 'made', 'copied', 'anew'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
      string,
    ]
    migrate(made, kept)
    const [first = ''] = readdirSync(kept)
    writeFileSync(join(kept, first, 'mark'), '')
    migrate(copied, kept)
    expect(readdirSync(join(copied, 'v3'))).toContain('mark')
    rmSync(kept, { recursive: true })
    writeFileSync(kept, 'no folder')
    migrate(anew, kept)
    expect(schemaOf(made).tables.length).toBeGreaterThan(20)
    expect(schemaOf(copied)).toEqual(schemaOf(made))
    expect(schemaOf(anew)).toEqual(schemaOf(made))
  })
})

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort, npmStart, temporaryDir } from './local.ts'

const dir = await temporaryDir()
afterAll(() => dir.remove())

describe('npm start', () => {
  it('shows five events of the real SDK accepted, archived and delivered to both destinations; keeps its state', async () => {
    const port = await freePort()
    const run = npmStart(['--port', String(port), '--data', dir.path])
    const output = await run.until('Ctrl-C stops it')
    const line = / {2}accepted \d+ ms, archived \d+ ms, at the webhook \d+ ms, at the direct one \d+ ms$/gm
    expect(output.match(line)).toHaveLength(5)
    expect(output).toContain('5 accepted, 5 archived, 10 of 10 delivered.')
    expect(output).not.toContain('raw/')
    expect(output).toContain(`http://127.0.0.1:${port}`)

    // The link opens a page, and a press of its button signs in, once.
    const link = /Panel +(http\S+)/.exec(output)?.[1] ?? ''
    const press = {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: `http://127.0.0.1:${port}` },
      body: new URLSearchParams(),
    } as const
    expect((await fetch(link)).status).toBe(200)
    const arrived = await fetch(link, press)
    const cookie = arrived.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const home = await fetch(`http://127.0.0.1:${port}/`, { headers: { Cookie: cookie } })
    expect([arrived.status, arrived.headers.get('location'), home.status]).toEqual([303, '/', 200])
    expect([(await fetch(link)).status, (await fetch(link, press)).status]).toEqual([410, 410])
    expect(readFileSync(join(dir.path, 'platform.log'), 'utf8')).not.toContain(link.split('/').at(-1))

    // The line that it offers works as it stands, and what comes of it is printed.
    const curl = /curl http[^]*?-d '(?<body>.*?)'/.exec(output)
    const key = /-u (\w+):/.exec(output)?.[1]
    const reply = await fetch(`http://127.0.0.1:${port}/v1/track`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${key}:`)}`, 'Content-Type': 'application/json' },
      body: curl?.groups?.body ?? '',
    })
    expect([reply.status, await reply.json()]).toEqual([200, { success: true }])
    await run.until('track "Hello" delivered to webhook')
    await run.until('track "Hello" delivered to direct')

    // What is refused is said with its reason, whether the sender listens or not.
    const sendAs = (user: string, body: object) =>
      fetch(`http://127.0.0.1:${port}/v1/track`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${user}:`)}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await sendAs(key ?? '', { event: 'Nobody' })).status).toBe(200)
    await run.until('rejected an event: neither a userId nor an anonymousId (no_user_anon_id)')
    expect((await sendAs('no-such-key', { userId: 'u1', event: 'Hello' })).status).toBe(400)
    await run.until('a request to /v1/track was refused with 400; its answer says why')

    // Others on this machine find neither state nor the token of the link.
    const modes = ['', 'state', 'platform.log', 'secrets.json', 'demo.json'].map((name) =>
      (statSync(join(dir.path, name)).mode & 0o777).toString(8),
    )
    expect(modes).toEqual(['700', '700', '600', '600', '600'])
    expect(readFileSync(join(dir.path, 'platform.log'), 'utf8')).not.toContain(link.split('/').at(-1))
    // The runtime's own pages, which answer SQL, are off.
    for (const path of ['/cdn-cgi/local/explorer', '/cdn-cgi/local/explorer/api/d1/database']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' })
      expect(await answer.text()).not.toMatch(/database|explorer/i)
    }
    await run.interrupt()
    expect(run.output()).toContain('Stopping …')
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()

    const again = npmStart(['--port', String(port), '--data', dir.path])
    const second = await again.until('Ctrl-C stops it')
    const keyOf = (text: string) => /Write key +(\w+)/.exec(text)?.[1]
    expect(keyOf(second)).toBe(keyOf(output))
    expect(second).toContain('5 accepted, 5 archived, 10 of 10 delivered.')
    await again.interrupt()
  })

  it('says so when the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const run = npmStart(['--port', String(port), '--data', dir.path])
    expect(await run.exited).toBe(1)
    expect(run.output()).toContain(`Port ${port} is in use. Choose another: npm start -- --port N`)
    server.close()
  })

  it.each([
    [
      ['--data', join(import.meta.filename, 'below-a-file')],
      'cannot be written (ENOTDIR). Choose another: npm start -- --data DIR',
    ],
    [['--data', '/proc/sluice-cannot-be-here'], 'cannot be written (ENOENT). Choose another: npm start -- --data DIR'],
    [['--data'], '--data needs a directory, such as --data ./my-data.'],
    [['--port', 'http'], '--port needs a number from 1 to 65535'],
    [['--prot', '1'], 'Unknown option --prot. Did you mean --port? All options: npm start -- --help'],
    [['--path-prefix', 'https://x/'], '--path-prefix needs a path such as /collect.'],
  ])('says so when it is given %j', async (args, why) => {
    const run = npmStart(args)
    expect(await run.exited).toBe(1)
    expect(run.output()).toContain(why)
    expect(run.output()).not.toContain('at ')
  })

  it.each([
    [['--port', '19411'], 'npm start -- --port 19411'],
    [['--port=19411', '--data=/tmp/x'], 'npm start -- --port 19411 --data /tmp/x'],
    [['--no-demo'], 'npm start -- --no-demo'],
  ])('says what npm does with %j before its "--"', (args, right) => {
    const { status, stderr } = spawnSync('npm', ['start', ...args], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([1, expect.stringContaining(`Write: ${right}\n`)])
  })

  it.each([['--help'], ['-h']])('explains its options with %s', (option) => {
    const { status, stdout } = spawnSync('npm', ['start', '--', option], { encoding: 'utf8' })
    expect(status).toBe(0)
    for (const name of ['--port N', '--data DIR', '--path-prefix PATH', '--no-demo', '--help'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, 'm'))
  })

  it('says so when an API token cannot be one', async () => {
    const run = npmStart(['--data', dir.path, '--port', String(await freePort())], { SLUICE_ADMIN_TOKEN: 'short' })
    expect(await run.exited).toBe(1)
    expect(run.output()).toContain('SLUICE_ADMIN_TOKEN needs at least 16 printable characters')
  })

  it('says so when Node is too old', () => {
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`
    const { status, stderr } = spawnSync(process.execPath, ['--import', older, 'scripts/start.mjs'], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([1, expect.stringContaining('The platform needs Node 22.18 or newer')])
  })
})

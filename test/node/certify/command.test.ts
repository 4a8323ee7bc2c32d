import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subjectOf } from '../../../src/control/catalogue/manifest.ts'
import { CHECKS } from '../../../src/certify/index.ts'
import { EVENT_TYPES } from '../../../src/event/index.ts'
import { startProcess } from '../receivers.ts'
import { partner } from './partner.ts'

const root = resolve(import.meta.dirname, '../../..')
let folder: string

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'certify-'))))
afterAll(() => rm(folder, { recursive: true }))

/** `npm run certify -- …` without npm, typed in `folder`. */
function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(root, 'scripts/certify.mjs'), ...args],
      { cwd: root, env: { PATH: process.env.PATH, INIT_CWD: folder, ...env } },
      (_, out, err) => done({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

/** What failed, but for the time that answers took (C118): that is the business of this machine. */
function failed(out: string): string[] {
  return [...out.matchAll(/^(C\d{3}) {2}(?:FAILED|warning)/gm)].map(([, id = '']) => id).filter((id) => id !== 'C118')
}

async function manifest(changes: Record<string, unknown>): Promise<string> {
  const facts = {
    manifestVersion: 1,
    name: 'Partner',
    slug: 'partner',
    supportedMethods: ['identify', 'track', 'page', 'group'],
    rate: 100,
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...facts, ...changes }))
  return 'manifest.json'
}

describe('npm run certify', () => {
  it('names every check with its number, writes JUnit and ends with 0', async () => {
    await using endpoint = await partner()
    const file = await manifest({ endpoint: endpoint.endpoint, certification: { readBack: endpoint.readBack } })
    const { code, out, err } = await run([file, '--local', '--junit', 'result.xml'], { CERTIFY_API_KEY: 'right-key' })
    expect(err).toBe('')
    expect(out.match(/^C\d{3} {2}\w+/gm)).toHaveLength(CHECKS.length)
    expect(failed(out)).toEqual([])
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'result.xml'), 'utf8')).toContain(
      `<testsuites name="certification" tests="${CHECKS.length}"`,
    )
  })

  it('ends with 1 where an error is found', async () => {
    await using endpoint = await partner('takes any key')
    const file = await manifest({ endpoint: 'https://partner.example/events' })
    const { code, out } = await run([file, '--local', '--endpoint', endpoint.endpoint, '--api-key', 'right-key'])
    expect(out).toMatch(/^C104 {2}FAILED/m)
    expect(code).toBe(1)
  })

  it('passes the example of a partner', async () => {
    const example = await startProcess(process.execPath, [join(root, 'examples/partner.mjs')], {})
    try {
      const file = join(root, 'examples/partner.json')
      const { code, out } = await run([file, '--local', '--endpoint', example.url, '--api-key', 'acme-key'])
      expect(failed(out)).toEqual([])
      expect(code).toBe(0)
    } finally {
      await example.stop()
    }
  })

  it.each([
    ['without a manifest', [], 'npm run certify -- MANIFEST'],
    ['without a key', ['manifest.json'], 'give a key by --api-key or CERTIFY_API_KEY'],
    ['for an option that there is not', ['manifest.json', '--wrong'], "Unknown option '--wrong'"],
    ['for a file that is not there', ['missing.json', '--api-key', 'k'], 'cannot be read'],
    ['for one that is large', ['manifest.json', '--api-key', 'k'], 'a manifest has a megabyte at most'],
  ])('ends with 2 %s', async (_, args, words) => {
    await manifest({ description: 'x'.repeat(1_100_000) })
    const { code, out, err } = await run(args)
    expect(err).toContain(words)
    expect(out).toBe('')
    expect(code).toBe(2)
  })
})

describe('a manifest', () => {
  const facts = { manifestVersion: 1, name: 'Partner', slug: 'partner', endpoint: 'https://partner.example.com/events' }
  const read = (text: string) => subjectOf(text, { apiKey: 'k', allowLocal: false })

  it.each([
    ['a slug', { slug: 'no slug!' }, 'slug', 'A slug has letters'],
    ['an endpoint', { endpoint: undefined }, 'endpoint', 'Without an endpoint'],
    ['its version', { manifestVersion: 2 }, 'manifestVersion', 'Must be 1.'],
    ['a key', { apiKey: 'k' }, 'apiKey', 'There is no such field.'],
    [
      'an address without a place',
      { certification: { readBack: 'https://a.example.com' } },
      'certification.readBack',
      'Must have {messageId}',
    ],
    [
      'a private address',
      { certification: { readBack: 'http://10.0.0.1/{messageId}' } },
      'certification.readBack',
      'The address must begin',
    ],
    [
      'a kind without an endpoint',
      { endpoint: undefined, kind: 'warehouse', warehouse: { connector: 'postgres' } },
      'kind',
      'The manifest is in order, and there is no endpoint to certify',
    ],
    [
      'what its connector does not have',
      { kind: 'warehouse', warehouse: { connector: 'postgres', settings: [{ name: 'schema' }] } },
      'warehouse.settings.0.name',
      'The connector has no setting schema',
    ],
    [
      'a setting',
      { certification: { settings: { what: 1 } } },
      'certification.settings.what',
      'There is no such setting.',
    ],
  ])('is refused for %s', (_, changes, field, words) => {
    expect(read(JSON.stringify({ ...facts, ...changes }))).toEqual({
      ok: false,
      problems: [{ field, message: expect.stringContaining(words) }],
    })
  })

  it('is refused where it is no JSON', () => {
    expect(read('{"manifestVersion":')).toEqual({ ok: false, problems: [{ message: 'The manifest is not JSON.' }] })
  })

  it('has defaults as the API has them, and the settings of its fields', () => {
    const settings = [{ name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'], default: 'eu' }]
    expect(read(JSON.stringify({ ...facts, settings }))).toEqual({
      ok: true,
      value: {
        name: 'Partner',
        endpoint: facts.endpoint,
        supports: EVENT_TYPES,
        rate: null,
        timeoutMs: 10_000,
        settings: { apiKey: 'k', region: 'eu' },
        secret: [],
        readBack: undefined,
      },
    })
  })
})

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'

const project = join(import.meta.dirname, '../..')
const oxlint = join(project, 'node_modules/oxlint/bin/oxlint')

const Output = v.object({
  diagnostics: v.array(v.object({ message: v.string(), code: v.optional(v.string(), ''), filename: v.string() })),
  number_of_files: v.number(),
})

interface Report {
  rule: string
  message: string
}

type Reports = Map<string, Report[]>

/**
 * Lints a throwaway project made of `files` with this project's own configuration and rules, and gives the reports by
 * file. It runs on copies because the rules find src/ by where they are themselves.
 */
async function lint(files: Record<string, string>, ...flags: string[]): Promise<Reports> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'lint-'))
  try {
    for (const path of ['.oxlintrc.json', 'scripts/lint']) {
      await cp(join(project, path), join(directory, path), { recursive: true })
    }
    // The type-aware rules are a program of their own, looked for in the node_modules of the project that is linted.
    await symlink(join(project, 'node_modules'), join(directory, 'node_modules'), 'junction')
    for (const [path, code] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), code)
    }
    return parse(await run(directory, ['--format=json', ...flags, 'src', 'test']), Object.keys(files))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function run(directory: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [oxlint, ...args], { cwd: directory, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      // Exit code 1 means that there are reports; anything that kept oxlint from linting leaves no JSON behind.
      if (stdout.trimStart().startsWith('{')) resolve(stdout)
      else reject(new Error(`oxlint did not lint: ${stdout}${stderr}`, { cause: error }))
    })
  })
}

function parse(stdout: string, files: string[]): Reports {
  const reports: Reports = new Map(files.map((file) => [file, []]))
  const { diagnostics, number_of_files: linted } = v.parse(Output, JSON.parse(stdout))
  const expected = files.filter((file) => file.endsWith('.ts')).length
  // A file that is passed over would pass every "is not reported".
  if (linted !== expected) throw new Error(`oxlint linted ${linted} files of ${expected}`)

  for (const { filename, code, message } of diagnostics) {
    // Neither a rule's report nor the outcome a fixture is here for: it does not parse, or a rule broke on it.
    if (code === '') throw new Error(`${filename}: ${message}`)
    const rule = code.replace(/^(.+)\((.+)\)$/, '$1/$2')
    reports.get(filename.replaceAll('\\', '/'))?.push({ rule, message })
  }
  return reports
}

const messages = (reports: Reports, file: string, rule: string): string[] => {
  const found = reports.get(file)
  if (found === undefined) throw new Error(`no fixture ${file}`)
  return found.filter((report) => report.rule === rule).map((report) => report.message)
}

const rules = (reports: Reports, file: string): string[] => (reports.get(file) ?? []).map((report) => report.rule)

/** ARCHITECTURE.md's picture: a room, and those that it may import. */
const picture = new Map(
  (/```rooms\n([^]*?)```/.exec(readFileSync(join(project, 'ARCHITECTURE.md'), 'utf8'))?.[1] ?? '')
    .trim()
    .split('\n')
    .map((line) => {
      const [room = '', ...may] = line.split(/ +/)
      return [room, may.filter((one) => one !== '-')] as const
    }),
)

describe('sluice/rooms', () => {
  const rooms = (reports: Reports, file: string) => messages(reports, file, 'sluice/rooms')

  /** A row of the picture as a folder of src; `other`: of another feature than the first. */
  const folderOf = (room: string, other = 'sources') => room.replace('*', other)

  const left = /'lane' may not import 'route', but event, archive, settings, match, overview: see the table/
  const door = /Enter the room 'event' through its door, src\/event\/index\.ts/
  const leaves = /leaves src\//
  const ownDoor = /src\/lane\/index\.ts is this room's own door/
  const topLevel = /may import only src\/context\.ts, src\/env\.ts, src\/refusal\.ts/
  const belowHttp = (part: string) => new RegExp(`/${part}\\.ts knows neither requests nor pages`)
  const writes =
    /Only src\/control\/sources\/commands\.ts writes by src\/control\/sources\/store\.ts: call its commands/
  const unknown = /src\/attic\/ is not a known room: add it to the table in scripts\/lint\/rooms\.mjs/

  const wrong: [title: string, place: string, code: string, message: RegExp][] = [
    ['a room that the table does not name', 'src/lane', `import { x } from '../route/index.ts'`, left],
    ['a type from such a room', 'src/lane', `import type { X } from '../route/index.ts'`, left],
    ['such a room past its door', 'src/lane', `import { x } from '../route/batch.ts'`, left],
    ['such a room, re-exported', 'src/lane', `export { x } from '../route/index.ts'`, left],
    ['such a room, re-exported whole', 'src/lane', `export * from '../route/index.ts'`, left],
    ['a type from such a room, re-exported', 'src/lane', `export type { X } from '../route/index.ts'`, left],
    ['such a room, loaded later', 'src/lane', `export const x = await import('../route/index.ts')`, left],
    ['such a room, in a template', 'src/lane', 'export const x = await import(`../route/index.ts`)', left],
    ['such a room, inside a type', 'src/lane', `export type X = import('../route/index.ts').X`, left],
    ['such a room, required', 'src/lane', `import x = require('../route/index.ts')`, left],
    ['such a room, from a subfolder', 'src/lane/deep', `import { x } from '../../route/index.ts'`, left],
    ['a room past its door', 'src/lane', `import { x } from '../event/event.ts'`, door],
    ['a type past the door', 'src/lane', `import type { X } from '../event/event.ts'`, door],
    ['a room past its door, for effect', 'src/lane', `import '../event/event.ts'`, door],
    ['a door without its file name', 'src/lane', `import { x } from '../event'`, door],
    ['a door without its extension', 'src/lane', `import { x } from '../event/index'`, door],
    ['a door with another extension', 'src/lane', `import { x } from '../event/index.js'`, door],
    ['an index file that is no door', 'src/lane', `import { x } from '../event/deep/index.ts'`, door],
    ['a room past its door, from the top', 'src', `import { x } from './event/event.ts'`, door],
    ['a room past its door, re-exported at the top', 'src', `export { x } from './event/event.ts'`, door],
    ['its own door', 'src/lane', `import { x } from './index.ts'`, ownDoor],
    ['its own door, the long way', 'src/lane', `import { x } from '../lane/index.ts'`, ownDoor],
    ['its own door, as a folder', 'src/lane', `import { x } from '.'`, ownDoor],
    ['its own door, without extension', 'src/lane', `import { x } from './index'`, ownDoor],
    ['its own door, from a subfolder', 'src/lane/deep', `import type { X } from '../index.ts'`, ownDoor],
    ['a top-level file', 'src/lane', `import { x } from '../wiring.ts'`, topLevel],
    ['a type from a top-level file', 'src/lane', `import type { X } from '../objects.ts'`, topLevel],
    ['the top-level index, as a folder', 'src/lane', `import { x } from '..'`, topLevel],
    ['a file outside src', 'src/lane', `import x from '../../package.json'`, leaves],
    ['the version, past the file that has it', 'src', `import x from '../package.json'`, leaves],
    ['generated code', 'src/lane', `import x from '../../generated/public/tool.js'`, leaves],
    ['what only sounds generated', 'src/lane', `import x from '../../test/generated/tools.json'`, leaves],
    ['a file outside src, from the top', 'src', `import { x } from '../test/helper.ts'`, leaves],
    ['a file beside the project', 'src/lane', `import { x } from '../../../other/src/event/index.ts'`, leaves],
    ['an absolute path', 'src/lane', `import { x } from '/src/event/index.ts'`, leaves],
    ['a file URL', 'src/lane', `import { x } from 'file:///src/event/index.ts'`, leaves],
    ['a private alias', 'src/lane', `import { x } from '#event/event'`, leaves],
    [
      'the pages of another feature',
      'src/control/sources',
      `import '../people/pages/index.ts'`,
      /may not import 'control\/people\/pages'/,
    ],
    [
      'its own pages',
      'src/control/sources',
      `export const x = import('./pages/index.ts')`,
      /Only src\/control\/sources\/feature\.ts loads/,
    ],
    [
      'its own door, in its pages',
      'src/control/sources/pages',
      `import '../index.ts'`,
      /Import the file of the feature that defines the thing/,
    ],
    [
      'a feature past its door',
      'src/control/sources',
      `import '../people/commands.ts'`,
      /Enter the room 'control\/people' through its door/,
    ],
    [
      'the record of another feature',
      'src/control/sources',
      `import '../people/feature.ts'`,
      /Enter the room 'control\/people' through its door/,
    ],
    [
      'JSX outside of pages',
      'src/control/sources',
      `import '../../ui/form.tsx'`,
      /is JSX: import it in control\/sources\/pages/,
    ],
    ...['commands', 'queries', 'store', 'input'].flatMap((part): [string, string, string, RegExp][] => [
      [`hono, in ${part}.ts`, `src/control/${part}/${part}.ts`, `import { Hono } from 'hono'`, belowHttp(part)],
      [
        `a type of hono, in ${part}.ts`,
        `src/control/${part}/deep/${part}.ts`,
        `import type { Context } from 'hono'`,
        belowHttp(part),
      ],
      [`a part of hono, in ${part}.ts`, `src/control/${part}-a/${part}.ts`, `import 'hono/cookie'`, belowHttp(part)],
      [`its routes, in ${part}.ts`, `src/control/${part}-b/${part}.ts`, `import './api.ts'`, belowHttp(part)],
      [`JSX, in ${part}.ts`, `src/control/${part}-c/${part}.ts`, `import './list.tsx'`, belowHttp(part)],
    ]),
    ['what commands write by, in routes', 'src/control/sources/api.ts', `import './store.ts'`, writes],
    ['what commands write by, in pages', 'src/control/sources/pages', `import '../store.ts'`, writes],
    ['what commands write by, at the door', 'src/control/sources/index.ts', `export * from './store.ts'`, writes],
    [
      'what commands of a part write by',
      'src/control/sources/part/api.ts',
      `import './store.ts'`,
      /Only src\/control\/sources\/part\/commands\.ts writes/,
    ],
    [
      'a feature, from what all features share',
      'src/control',
      `import './sources/index.ts'`,
      /'control' may not import 'control\/sources'/,
    ],
    [
      'a feature, from the parts of pages',
      'src/ui',
      `import '../control/sources/index.ts'`,
      /'ui' may not import 'control\/sources'/,
    ],
    ['an unknown folder', 'src/lane', `import { x } from '../attic/index.ts'`, unknown],
    ['an unknown folder, from the top', 'src', `import { x } from './attic/index.ts'`, unknown],
    ['being in an unknown folder', 'src/attic', 'export const x = 1', unknown],
    ['being below an unknown folder', 'src/attic/deep', 'export const x = 1', unknown],
  ]

  const right: [title: string, place: string, code: string][] = [
    ['a room that the table names', 'src/lane', `import { x } from '../event/index.ts'`],
    ['a type from such a room', 'src/lane', `import type { X } from '../event/index.ts'`],
    ['such a room, from a subfolder', 'src/lane/deep', `export * from '../../event/index.ts'`],
    ['such a room, loaded later', 'src/lane', `export const x = await import('../event/index.ts')`],
    ['the context', 'src/lane', `import { x } from '../context.ts'`],
    ['the bindings', 'src/lane/deep', `import type { Env } from '../../env.ts'`],
    ['the version', 'src/lane', `import { VERSION } from '../version.ts'`],
    ['files of its own', 'src/lane', `import { x } from './deep/index.ts'; export { y } from './table.ts'`],
    ['files of its own, from a subfolder', 'src/lane/deep', `import { x } from '../table.ts'`],
    ['generated data', 'src/lane', `import x from '../../generated/tools.json' with { type: 'json' }`],
    ['packages', 'src/lane', `import 'hono'; import 'node:assert'; import 'cloudflare:workers'; import '@a/b/c'`],
    [
      'any room at the top',
      'src',
      [...picture.keys()].map((room) => `import './${folderOf(room)}/index.ts'`).join('\n'),
    ],
    ['the record of a feature, at the top', 'src', `import { FEATURE } from './control/sources/feature.ts'`],
    ['a file of a shelf', 'src/control/sources', `import '../errors.ts'; import '../../ui/counts.ts'`],
    ['JSX of a shelf, in pages', 'src/control/sources/pages', `import '../../../ui/form.tsx'`],
    [
      'files of the feature, in its pages',
      'src/control/sources/pages',
      `import '../commands.ts'; import './deep/list.tsx'`,
    ],
    [
      'the doors of another feature, in pages',
      'src/control/sources/pages',
      `import '../../people/index.ts'; import '../../people/pages/index.ts'`,
    ],
    ['the door of another feature', 'src/control/sources', `import '../people/index.ts'`],
    [
      'what commands write by, in commands',
      'src/control/sources/commands.ts',
      `import './store.ts'; import './input.ts'`,
    ],
    ['what commands of a part write by, in them', 'src/control/sources/part/commands.ts', `import './store.ts'`],
    ['hono, in routes', 'src/control/people/api.ts', `import 'hono'; import './commands.ts'; import './part/api.ts'`],
    ['hono, in commands of no feature', 'src/accounts/commands.ts', `import 'hono'`],
    ['a store of the pipeline', 'src/lane', `import './store.ts'`],
    ['top-level files at the top', 'src', `import { x } from './wiring.ts'; import type { Env } from './env.ts'`],
    ['everything outside src', 'test', `import { x } from '../src/lane/deep/table.ts'; import '../src/attic/a.ts'`],
  ]

  const pairFile = (from: string, to: string) => `src/${folderOf(from)}/to-${to.replaceAll(/\W/g, '-')}.ts`
  const pathTo = (from: string, to: string) =>
    relative(`src/${folderOf(from)}`, `src/${folderOf(to, 'people')}/index.ts`).replace(/^(?!\.)/, './')

  /** Where the code of a case stands: in a file of its own, or in one that is named. */
  const name = (kind: string, place: string, index: number) =>
    place.endsWith('.ts') ? place : `${place}/${kind}-${index}.ts`
  let reports: Reports

  beforeAll(async () => {
    const files: Record<string, string> = {
      'src/context.ts': `import type { X } from './event/index.ts'; export type { Y } from './lane/index.ts'`,
      'src/version.ts': `import manifest from '../package.json' with { type: 'json' }`,
      'src/env.ts': `export type Lane = import('./lane/index.ts').Lane; import type { X } from './accounts/index.ts'`,
      'src/event/index.ts': `export { x } from './event.ts'`,
    }
    wrong.forEach(([, folder, code], index) => (files[name('wrong', folder, index)] = code))
    right.forEach(([, folder, code], index) => (files[name('right', folder, index)] = code))
    for (const from of picture.keys()) {
      for (const to of picture.keys()) files[pairFile(from, to)] = `import '${pathTo(from, to)}'`
    }
    files['src/control/parts/feature.ts'] = `export const pages = () => import('./pages/index.ts')`
    reports = await lint(files)
  })

  it.each(wrong.map(([title, folder, , message], index) => [title, name('wrong', folder, index), message] as const))(
    'reports %s',
    (_, file, message) => {
      expect(rooms(reports, file)).toEqual([expect.stringMatching(message)])
    },
  )

  it.each(right.map(([title, folder], index) => [title, name('right', folder, index)] as const))(
    'allows %s',
    (_, file) => {
      expect(rooms(reports, file)).toEqual([])
    },
  )

  it('lets each room import what the picture in ARCHITECTURE.md says, and nothing else', () => {
    expect(picture.size).toBeGreaterThan(14)
    for (const [from, may] of picture) {
      const open = [...picture.keys()].filter((to) => to !== from && rooms(reports, pairFile(from, to)).length === 0)
      expect([from, ...open.toSorted()]).toEqual([from, ...may.filter((to) => to !== from).toSorted()])
    }
  })

  it('lets the record of a feature load its pages', () => {
    expect(rooms(reports, 'src/control/parts/feature.ts')).toEqual([])
  })

  it('allows a door to gather its own room', () => {
    expect(rooms(reports, 'src/event/index.ts')).toEqual([])
  })

  it('allows context.ts and env.ts to take types from doors', () => {
    expect(rooms(reports, 'src/context.ts')).toEqual([])
    expect(rooms(reports, 'src/env.ts')).toEqual([])
  })

  it.each([
    ['a value', `import { x } from './event/index.ts'`],
    ['an inline type, which still loads the room', `import { type X } from './event/index.ts'`],
    ['a re-exported value', `export { x } from './event/index.ts'`],
    ['a value, loaded later', `export const x = import('./event/index.ts')`],
  ])('reports context.ts and env.ts taking %s from a room', async (_, code) => {
    const shared = await lint({ 'src/context.ts': code, 'src/env.ts': code })
    for (const file of ['src/context.ts', 'src/env.ts']) {
      expect(rooms(shared, file)).toEqual([expect.stringMatching(`${file} .* use import type`)])
    }
  })

  it('reports context.ts and env.ts taking a type past a door', async () => {
    const code = `import type { X } from './event/event.ts'`
    const shared = await lint({ 'src/context.ts': code, 'src/env.ts': code })
    for (const file of ['src/context.ts', 'src/env.ts']) {
      expect(rooms(shared, file)).toEqual([expect.stringMatching(door)])
    }
  })
})

describe('sluice/ambient', () => {
  const ambient = (reports: Reports, file: string) => messages(reports, file, 'sluice/ambient')

  const wrong: [named: string, code: string][] = [
    ['Date.now', 'export const x = Date.now()'],
    ['Date.now', 'export const x = (now = Date.now) => now()'],
    ['Date.now', `export const x = Date['now']()`],
    ['Date.now', 'export const x = Date[`now`]()'],
    ['Date.now', 'export const x = Date?.now?.()'],
    ['Date.now', 'export const { now } = Date'],
    ['Date.now', 'export const { now: x = () => 0 } = Date'],
    ['Date.now', 'export const { now, ...rest } = Date'],
    ['Date.now', 'export const x = ({ now } = Date) => now()'],
    ['Date.now', 'export let now: () => number; ({ now } = Date)'],
    ['new Date()', 'export const x = new Date()'],
    ['new Date()', 'export const x = new Date'],
    ['Date()', 'export const x = Date()'],
    ['performance.now', 'export const x = performance.now()'],
    ['Math.random', 'export const x = Math.random()'],
    ['Math.random', 'export const x = Math.random!()'],
    ['Math.random', 'export const x = Math!.random()'],
    ['Math.random', 'export const x = (Math satisfies object).random()'],
    ['Math.random', 'export const x = (<{ random(): number }>Math).random()'],
    ['crypto.randomUUID', 'export const x = crypto.randomUUID()'],
    ['crypto.getRandomValues', 'export const x = crypto.getRandomValues(new Uint8Array(8))'],
    ['fetch', `export const x = fetch('https://a.test')`],
    ['fetch', 'export const x = fetch'],
    ['fetch', 'export const x = { fetch }'],
    ['fetch', 'export const x = (send = fetch) => send'],
    ['fetch', 'export const x = (fetch as unknown as () => void)()'],
    ['fetch', 'declare const fetch: () => void; export const x = fetch()'],
    ['setTimeout', 'setTimeout(() => {}, 1)'],
    ['setInterval', 'setInterval(() => {}, 1)'],
    ['setImmediate', 'setImmediate(() => {})'],
    ['scheduler.wait', 'await scheduler.wait(1)'],
    ['scheduler.wait', 'declare const scheduler: { wait(ms: number): Promise<void> }; await scheduler.wait(1)'],
    ['AbortSignal.timeout', 'export const x = AbortSignal.timeout(1)'],
    ['globalThis.fetch', `export const x = globalThis.fetch('https://a.test')`],
    ['globalThis.fetch', `export const x = globalThis['fetch']`],
    ['globalThis.fetch', 'export const x = (globalThis as { fetch?: unknown }).fetch'],
    ['globalThis.fetch', 'export const { fetch } = globalThis'],
    ['globalThis.Math.random', 'export const { Math: { random } } = globalThis'],
    ['globalThis.Date.now', 'export const x = globalThis.Date.now()'],
    ['new globalThis.Date()', 'export const x = new globalThis.Date()'],
    ['globalThis.Date()', 'export const x = globalThis.Date()'],
    ['globalThis.performance.now', 'export const x = globalThis.performance.now()'],
    ['globalThis.Math.random', 'export const x = globalThis.Math.random()'],
    ['globalThis.crypto.randomUUID', 'export const x = (globalThis?.crypto).randomUUID()'],
    ['globalThis.crypto.getRandomValues', 'export const x = globalThis.crypto.getRandomValues'],
    ['globalThis.setTimeout', 'globalThis.setTimeout(() => {}, 1)'],
    ['globalThis.setInterval', 'globalThis.setInterval(() => {}, 1)'],
    ['globalThis.setImmediate', 'globalThis.setImmediate(() => {})'],
    ['globalThis.scheduler.wait', 'await globalThis.scheduler.wait(1)'],
    ['globalThis.AbortSignal.timeout', 'export const x = globalThis.AbortSignal.timeout(1)'],
    ['self.fetch', `export const x = self.fetch('https://a.test')`],
    ['self.setTimeout', 'self.setTimeout(() => {}, 1)'],
    ['self.crypto.randomUUID', 'export const x = self.crypto.randomUUID()'],
    ['global.setTimeout', 'global.setTimeout(() => {}, 1)'],
    ['globalThis.self.fetch', 'export const x = globalThis.self.fetch'],
    ['node:timers', `import { setTimeout } from 'node:timers'; setTimeout(() => {}, 1)`],
    ['node:timers/promises', `import { setTimeout as sleep } from 'node:timers/promises'; await sleep(1)`],
    ['timers', `import * as timers from 'timers'; timers.setTimeout(() => {}, 1)`],
    ['node:timers', `export { setTimeout } from 'node:timers'`],
    ['node:timers/promises', `export * from 'node:timers/promises'`],
    ['node:timers/promises', `export const x = import('node:timers/promises')`],
    ['node:crypto.randomUUID', `import { randomUUID } from 'node:crypto'`],
    ['node:crypto.randomBytes', `import { createHash, randomBytes as bytes } from 'node:crypto'`],
    ['node:crypto.randomInt', `import { randomInt } from 'node:crypto'`],
    ['node:crypto.randomFill', `import { randomFill } from 'node:crypto'`],
    ['node:crypto.randomFillSync', `import { randomFillSync } from 'node:crypto'`],
    ['node:crypto.getRandomValues', `import { getRandomValues } from 'node:crypto'`],
    ['node:crypto.webcrypto', `import { webcrypto } from 'node:crypto'`],
    ['crypto.randomUUID', `import { randomUUID } from 'crypto'`],
    ['node:crypto.randomUUID', `export { randomUUID as id } from 'node:crypto'`],
    ['node:crypto', `export * from 'node:crypto'`],
    ['node:crypto.randomBytes', `import crypto from 'node:crypto'; export const x = crypto.randomBytes(8)`],
    ['node:crypto.randomUUID', `import * as crypto from 'node:crypto'; export const x = crypto.randomUUID()`],
    ['node:crypto.webcrypto', `import crypto from 'node:crypto'; export const { webcrypto } = crypto`],
    [`(await import('node:crypto')).randomUUID`, `export const { randomUUID } = await import('node:crypto')`],
  ]

  const right: [title: string, code: string][] = [
    ['a date from a value', 'export const x = (at: number) => [new Date(at), new Date(...[at])]'],
    [
      'other things of the same objects',
      'export const x = [Date.UTC(2000), Date.parse("x"), Math.max(1), crypto.subtle]',
    ],
    ['an AbortController', 'export const x = [new AbortController(), AbortSignal.any([]), AbortSignal.abort()]'],
    ['microtasks and clearing timers', 'queueMicrotask(() => {}); clearTimeout(1); globalThis.clearInterval(1)'],
    ['types', 'export type X = { at: Date; fetch: typeof fetch; g: typeof globalThis.fetch; m: typeof Math.random }'],
    ['checking for a Date', 'export const x = (value: unknown) => value instanceof Date'],
    ['a parameter', 'export const x = (fetch: () => void, setTimeout: () => void) => [fetch(), setTimeout()]'],
    ['a parameter that hides an object', 'export const x = (crypto: { randomUUID(): string }) => crypto.randomUUID()'],
    ['a local Date', 'export class Date { static now() {} }\nexport const x = [Date.now(), new Date()]'],
    ['a local variable', 'export const x = () => { const fetch = () => 1; return fetch() }'],
    [
      'a taken-apart context',
      'export const x = ({ fetch, now }: { fetch(): void; now(): number }) => [fetch(), now()]',
    ],
    ['an imported binding', `import { fetch } from '../event/index.ts'; export const x = fetch()`],
    [
      'a method of another object',
      'export const x = (context: any) => [context.fetch(), context.Date.now(), context.fetch]',
    ],
    ['the method of a class', 'export class X { fetch() { return this.fetch() } setTimeout = 1 }'],
    ['the method of an object', 'export default { fetch() {}, setTimeout: 1, Date: { now: 2 } }'],
    ['names in types', 'export interface X { fetch(): void; setTimeout: number }'],
    [
      'names that every object has',
      'export const x = [Date.constructor.name, crypto.toString(), globalThis.constructor]',
    ],
    ['hashing and types of node:crypto', `import { createHash, type webcrypto } from 'node:crypto'`],
    [
      'types of node:timers',
      `import type { setTimeout } from 'node:timers'; export type * from 'node:timers/promises'`,
    ],
    ['types of node:crypto, re-exported', `export type { webcrypto } from 'node:crypto'`],
    ['hashing by namespace', `import * as crypto from 'node:crypto'; export const x = crypto.createHash('sha256')`],
    ['its type by namespace', `import * as crypto from 'node:crypto'; export type X = typeof crypto.randomUUID`],
  ]

  const everything = `
    import { randomBytes } from 'node:crypto'
    import 'node:timers'
    export const x = [Date.now(), new Date(), Math.random(), fetch, crypto.randomUUID(), setTimeout]`

  let reports: Reports

  beforeAll(async () => {
    reports = await lint({
      ...Object.fromEntries(wrong.map(([, code], index) => [`src/lane/wrong-${index}.ts`, code])),
      ...Object.fromEntries(right.map(([, code], index) => [`src/lane/right-${index}.ts`, code])),
      'src/context.ts': everything,
      'src/env.ts': everything,
      'src/index.ts': everything,
      'src/lane/context.ts': everything,
      'test/context.ts': everything,
    })
  })

  it.each(wrong.map(([named, code], index) => [code, named, `src/lane/wrong-${index}.ts`] as const))(
    'reports %s',
    (_, named, file) => {
      const found = ambient(reports, file)
      expect(found.map((message) => message.split(' reaches for ')[0])).toEqual([named])
      expect(found[0]).toMatch(/: take it from the context \(src\/context\.ts\)$/)
    },
  )

  it.each(right.map(([title, code], index) => [title, code, `src/lane/right-${index}.ts`] as const))(
    'allows %s: %s',
    (_, _code, file) => {
      expect(ambient(reports, file)).toEqual([])
    },
  )

  it('leaves the context itself and everything outside src alone', () => {
    expect(ambient(reports, 'src/context.ts')).toEqual([])
    expect(ambient(reports, 'test/context.ts')).toEqual([])
  })

  it.each(['src/env.ts', 'src/index.ts', 'src/lane/context.ts'])('holds in %s', (file) => {
    expect(ambient(reports, file)).toHaveLength(8)
  })
})

describe('the configuration', () => {
  let reports: Reports

  beforeAll(async () => {
    reports = await lint(
      {
        'tsconfig.json': JSON.stringify({
          compilerOptions: { strict: true, target: 'ES2024', module: 'ESNext', moduleResolution: 'bundler', types: [] },
        }),
        'src/lane/floating.ts': 'export function x(y: () => Promise<void>): void { y() }',
        'src/lane/misused.ts': `export const x = (y: () => Promise<boolean>): string => (y() ? 'a' : 'b')`,
        'src/lane/await.ts': 'export async function x(y: number): Promise<number> { return await y }',
        'src/lane/any.ts': 'export const x = (y: any): unknown => y',
        'src/lane/type.ts': `import { Clean } from './clean.ts'; export const x = (y: Clean): Clean => y`,
        'src/lane/console.ts': `console.log('x')`,
        'src/lane/equal.ts': 'export const x = (a: number, b: number): boolean => a == b',
        'src/lane/var.ts': 'export var x = 1',
        'src/lane/const.ts': 'let y = 1; export const x = (): number => y',
        'src/lane/circle-a.ts': `import { b } from './circle-b.ts'; export const a = (): unknown => b`,
        'src/lane/circle-b.ts': `import { a } from './circle-a.ts'; export const b = (): unknown => a`,
        'src/context.ts': `import type { Clean } from './lane/index.ts'; export const log = (x: Clean): void => console.log(x)`,
        'src/lane/index.ts': `export { clean } from './clean.ts'; export type { Clean } from './clean.ts'`,
        'src/lane/clean.ts': `
          import { log } from '../context.ts'
          import { parse } from '../event/index.ts'

          export interface Clean { at: number; text: string }

          export async function clean(send: (x: Clean) => Promise<void>, texts: string[]): Promise<Clean[]> {
            const all = texts.map((text) => ({ ...parse(text), text }))
            for (const one of all) {
              await send(one)
              log(one)
            }
            return all
          }`,
        'src/event/index.ts':
          'export const parse = (text: string): { at: number } => ({ at: new Date(text).getTime() })',
        'test/clean.test.ts': `
          import { expect, it } from 'vitest'
          import { parse } from '../src/event/index.ts'

          it('parses', () => {
            console.log(Date.now())
            expect(parse('1970-01-01')).toEqual({ at: 0 })
          })`,
      },
      '--type-aware',
    )
  }, 60_000)

  it.each([
    ['src/lane/floating.ts', 'typescript/no-floating-promises'],
    ['src/lane/misused.ts', 'typescript/no-misused-promises'],
    ['src/lane/await.ts', 'typescript/await-thenable'],
    ['src/lane/any.ts', 'typescript/no-explicit-any'],
    ['src/lane/type.ts', 'typescript/consistent-type-imports'],
    ['src/lane/console.ts', 'eslint/no-console'],
    ['src/lane/equal.ts', 'eslint/eqeqeq'],
    ['src/lane/var.ts', 'eslint/no-var'],
    ['src/lane/const.ts', 'eslint/prefer-const'],
    ['src/lane/circle-a.ts', 'import/no-cycle'],
    ['src/lane/circle-b.ts', 'import/no-cycle'],
  ])('%s: reports %s', (file, rule) => {
    expect(rules(reports, file)).toContain(rule)
  })

  it.each(['src/context.ts', 'src/lane/index.ts', 'src/lane/clean.ts', 'src/event/index.ts', 'test/clean.test.ts'])(
    'has nothing to say about %s',
    (file) => {
      expect(reports.get(file)).toEqual([])
    },
  )
})

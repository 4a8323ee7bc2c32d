import { deflateSync, gzipSync } from 'node:zlib'
import { ROUTES } from '../access/routes.ts'
import type { World } from '../access/world.ts'
import { type Chance, chanceOf } from './random.ts'
import { deepJson, json, pathPart, text } from './values.ts'

/** One request, and who makes it. */
export interface Case {
  who: string
  method: string
  path: string
  headers: Record<string, string>
  body: string | Uint8Array<ArrayBuffer> | undefined
}

/** A pattern of the router. */
export interface Pattern {
  method: string
  path: string
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'X',
]
const QUERY = [
  'q',
  'from',
  'before',
  'count',
  'status',
  'next',
  'said',
  'type',
  'key',
  'platform',
  'integration',
  'source',
]
const QUERY_MORE = [
  'period',
  'data',
  'writeKey',
  'userId',
  'event',
  'kind',
  'category',
  'pagination[count]',
  'pagination[cursor]',
  '__proto__',
]
const FIELDS = [
  'name',
  'email',
  'password',
  'role',
  'sources',
  'confirm',
  'key',
  'to',
  'event',
  'theme',
  'next',
  'source',
  'integration',
]
const FIELDS_MORE = [
  'settings.urls',
  'settings.headers.name',
  'settings.headers.value',
  'settings.sharedSecret',
  'rate',
  'concurrency',
  'schedule',
  'more',
  'scope',
  'token',
  'code',
  'workspace',
]

/** The case of a number: always the same, but for the ids of the world that it names. */
export function caseOf(
  seed: number,
  number: number,
  patterns: readonly Pattern[],
  people: readonly string[],
  world: World,
): Case {
  const chance = chanceOf(seed, number)
  const pattern = chance.pick(patterns)
  const method = pattern.method === 'ALL' || chance.oneIn(6) ? chance.pick(METHODS) : pattern.method
  const path = pathOf(pattern, chance, world) + queryOf(chance)
  const { body, type } =
    method === 'GET' || method === 'HEAD' ? { body: undefined, type: undefined } : bodyOf(pattern, chance, world)
  return {
    who: chance.pick(people),
    method,
    path,
    headers: { ...headersOf(chance), ...(type !== undefined && { 'Content-Type': type }) },
    body,
  }
}

function pathOf({ path }: Pattern, chance: Chance, world: World): string {
  const ids = [
    world.source,
    world.destination,
    world.integration,
    world.token,
    world.invite,
    world.member,
    world.writeKey,
  ]
  // Most ids are those that the route asks for, so that what stands behind the looking up is reached too.
  const own = (name: string, before: string) => {
    if (before.endsWith('sources/')) return world.source
    if (before.endsWith('destinations/')) return world.destination
    if (before.endsWith('integrations/')) return world.integration
    if (before.endsWith('tokens/')) return world.token
    if (before.endsWith('invites/')) return world.invite
    if (before.endsWith('people/')) return world.member
    return name === 'writeKey' ? world.writeKey : chance.pick(ids)
  }
  const filled = path.replaceAll(/:(\w+)(?:\{[^}]*\})?\??/g, (_, name: string, at: number) => {
    const kind = chance.below(5)
    return kind === 0 ? pathPart(chance) : kind === 1 ? chance.pick(ids) : own(name, path.slice(0, at))
  })
  const whole = filled.replaceAll('*', () =>
    chance.oneIn(2) ? pathPart(chance) : chance.pick(['batch', 'v1/batch', 'nothing']),
  )
  if (chance.oneIn(25)) return `/${whole}`
  if (chance.oneIn(25)) return `${whole}/`
  return chance.oneIn(25) ? `${whole}/${pathPart(chance)}` : whole
}

function queryOf(chance: Chance): string {
  const several = Array.from({ length: chance.pick([0, 1, 1, 2, 5]) }, () => {
    // What is searched for is the question that most pages take.
    const name = chance.oneIn(3) ? 'q' : chance.pick([...QUERY, ...QUERY_MORE])
    const value = chance.oneIn(4) ? pathPart(chance) : encodeURIComponent(text(chance).toWellFormed())
    return `${chance.oneIn(3) ? name : encodeURIComponent(name)}=${value}`
  })
  return several.length > 0 ? `?${several.join('&')}` : ''
}

function headersOf(chance: Chance): Record<string, string> {
  const headers: Record<string, string> = {}
  const some: [string, () => string][] = [
    ['Origin', () => chance.pick(['https://sluice.test', 'https://evil.example', 'null', 'x'])],
    ['Sec-Fetch-Site', () => chance.pick(['same-origin', 'cross-site', 'none', 'x'])],
    ['Sec-Fetch-Mode', () => chance.pick(['navigate', 'cors', 'no-cors'])],
    ['Accept', () => chance.pick(['text/html', '*/*', 'image/*', 'application/json'])],
    [
      'Referer',
      () =>
        chance.pick([
          'https://sluice.test//evil.example/',
          'https://evil.example/',
          'x',
          'https://sluice.test/sources',
        ]),
    ],
    ['HX-Request', () => 'true'],
    ['Upgrade', () => 'websocket'],
    [
      'Authorization',
      () =>
        chance.pick([
          'Basic',
          'Basic %%%',
          `Basic ${btoa('key:')}`,
          'Bearer x',
          'Bearer',
          `Bearer ${'x'.repeat(9_000)}`,
        ]),
    ],
    [
      'Cookie',
      () => chance.pick(['theme=<x-fuzz>', 'a'.repeat(9_000), '=;=;', 'better-auth.session_token=x.y', '%ff=%ff']),
    ],
    ['Content-Encoding', () => chance.pick(['gzip', 'deflate', 'br', 'zstd', 'x', 'gzip, gzip'])],
    ['Content-Length', () => chance.pick(['0', '-1', '1', '999999999', 'x'])],
    ['CF-Connecting-IP', () => chance.pick(['::', 'x', '1.2.3.4.5', '2001:db8::1', text(chance)])],
    ['If-None-Match', () => chance.pick(['*', '"', 'W/"x"'])],
    ['Range', () => chance.pick(['bytes=0-0', 'bytes=-', 'x'])],
    ['Access-Control-Request-Headers', () => chance.pick(['x', 'a,b,c', ','.repeat(2_000), 'é'])],
    ['Sec-Purpose', () => 'prefetch'],
    ['User-Agent', () => text(chance)],
    ['X-HTTP-Method-Override', () => 'DELETE'],
  ]
  for (const [name, value] of some)
    if (chance.oneIn(name === 'Origin' || name === 'Sec-Fetch-Site' ? 2 : 8)) headers[name] = value()
  // A header is bytes; the runtime has a word to say of each that is none.
  for (const [name, value] of Object.entries(headers)) headers[name] = value.replaceAll(/[^\r\n\x20-\x7e]/gu, '?')
  // Half of those who change something come from our own pages, or nobody would get past the guard.
  if (chance.oneIn(2)) Object.assign(headers, { Origin: 'https://sluice.test', 'Sec-Fetch-Site': 'same-origin' })
  return headers
}

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

function bodyOf(pattern: Pattern, chance: Chance, world: World): { body: Case['body']; type?: string } {
  // What the route takes in earnest, with one or two things spoiled.
  const meant = ROUTES[`${pattern.method} ${pattern.path}`]?.body?.(world) ?? {}
  const isApi = /^\/(?:api|v1)/.test(pattern.path)
  const kind = chance.below(12)
  if (kind < 4)
    return isApi
      ? { body: JSON.stringify(spoiled(meant, chance)), type: JSON_TYPE }
      : { body: formOf(meant, chance), type: FORM }
  if (kind === 4) return { body: JSON.stringify(json(chance)), type: chance.pick([JSON_TYPE, 'text/plain', FORM]) }
  if (kind === 5)
    return { body: formOf({}, chance), type: chance.pick([FORM, `${FORM}; charset=x`, 'multipart/form-data']) }
  if (kind === 6) return { body: 'a=&'.repeat(chance.pick([10, 4_000, 90_000])), type: FORM }
  if (kind === 7)
    return {
      body: deepJson(
        chance.pick([400, 510, 6_000, 90_000]),
        ...chance.pick([
          ['[', ']'],
          ['{"a":', '}'],
        ] as const),
      ),
      type: JSON_TYPE,
    }
  if (kind === 8)
    return {
      body: text(chance),
      type: chance.pick([JSON_TYPE, FORM, 'multipart/form-data; boundary=x', '', ';', 'x'.repeat(2_000)]),
    }
  if (kind === 9)
    return {
      body: multipart(chance),
      type: chance.pick(['multipart/form-data; boundary=b', 'multipart/form-data; boundary=""', 'multipart/form-data']),
    }
  if (kind === 10) return { body: packed(chance), type: chance.pick([JSON_TYPE, 'application/octet-stream']) }
  return { body: undefined }
}

function spoiled(meant: Record<string, unknown>, chance: Chance): Record<string, unknown> {
  const names = Object.keys(meant)
  const spoilt = { ...meant }
  for (let i = chance.below(3); i > 0; i--) {
    const name = names.length > 0 && !chance.oneIn(4) ? chance.pick(names) : chance.pick(FIELDS)
    Object.defineProperty(spoilt, name, { value: json(chance), enumerable: true, configurable: true, writable: true })
  }
  return spoilt
}

function formOf(meant: Record<string, unknown>, chance: Chance): string {
  const form = new URLSearchParams(Object.entries(meant).map(([name, value]) => [name, String(value)]))
  for (let i = chance.below(4); i > 0; i--) {
    const name = chance.oneIn(6) ? text(chance) : chance.pick([...FIELDS, ...FIELDS_MORE, ...form.keys()])
    if (chance.oneIn(2)) form.set(name, text(chance))
    else form.append(name, text(chance))
  }
  return chance.oneIn(8) ? `${form}&${pathPart(chance)}=${pathPart(chance)}` : form.toString()
}

function multipart(chance: Chance): string {
  const parts = Array.from(
    { length: chance.below(4) },
    () => `--b\r\nContent-Disposition: form-data; name="${chance.pick(FIELDS)}"\r\n\r\n${text(chance)}\r\n`,
  )
  return chance.oneIn(2) ? `${parts.join('')}--b--\r\n` : parts.join('')
}

function packed(chance: Chance): Uint8Array<ArrayBuffer> {
  const inner = chance.pick([
    JSON.stringify({ batch: [json(chance)], writeKey: text(chance) }),
    'x'.repeat(2_000_000),
    '',
  ])
  const squeezed = new Uint8Array(chance.pick([gzipSync, deflateSync])(inner))
  const twice = chance.oneIn(4) ? new Uint8Array(gzipSync(squeezed)) : squeezed
  return chance.oneIn(3) ? twice.slice(0, chance.below(twice.length) + 1) : twice
}

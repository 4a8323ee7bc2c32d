import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { consume, HANDLERS } from '../../src/queues.ts'
import type { Platform } from '../../src/wiring.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What of `wrangler.toml` is compared, as wrangler itself reads it; its own types leave these open. */
interface Declared {
  vars: Record<string, unknown>
  secrets?: { required?: string[] }
  d1_databases: { binding: string }[]
  r2_buckets: { binding: string }[]
  queues: {
    producers?: { binding: string; queue: string }[]
    consumers?: { queue: string; dead_letter_queue?: string }[]
  }
  durable_objects: { bindings: { name: string; class_name: string }[] }
  assets?: { binding?: string }
  exports?: Record<string, unknown>
}

const config: Declared = unstable_readConfig({ config: join(ROOT, 'wrangler.toml') }, { hideWarnings: true })

/** Members of the interface `Env` by name. Throws at a line that it does not understand. */
function membersOfEnv(): Map<string, { type: string; optional: boolean }> {
  const [, body = ''] = /^export interface Env \{\n(.*?)^\}/ms.exec(read('src/env.ts')) ?? []
  const members = new Map<string, { type: string; optional: boolean }>()
  for (const line of body.split('\n')) {
    if (line.trim() === '' || /^ {2}(?:\/\*\*| \*)/.test(line)) continue
    const [, name, optional, type] = /^ {2}(\w+)(\??): (.+)$/.exec(line) ?? []
    if (name === undefined || type === undefined) throw new Error(`src/env.ts: cannot read ${line}`)
    members.set(name, { type, optional: optional === '?' })
  }
  return members
}

const ENV = membersOfEnv()
const bindings = [...ENV].filter(([, { type }]) => type !== 'string')
const variables = [...ENV].filter(([, { type }]) => type === 'string').map(([name]) => name)

it('has in Env the bindings of wrangler.toml, each with its type', () => {
  const { assets } = config
  const declared = [
    ...config.d1_databases.map(({ binding }) => [binding, 'D1Database']),
    ...config.r2_buckets.map(({ binding }) => [binding, 'R2Bucket']),
    ...(config.queues.producers ?? []).map(({ binding }) => [binding, 'Queue']),
    ...config.durable_objects.bindings.map((one) => [one.name, `Objects<${one.class_name}Remote>`]),
    [assets?.binding, 'Fetcher'],
  ]
  const inEnv = bindings.map(([name, { type }]) => [name, type.replace(/^Queue<.*>$/, 'Queue')])
  expect(Object.fromEntries(inEnv)).toEqual(Object.fromEntries(declared))
})

it('has in Env the variables and secrets of wrangler.toml', () => {
  const declared = [...Object.keys(config.vars), ...(config.secrets?.required ?? [])]
  expect(declared.length).toBeGreaterThan(0)
  expect(declared.filter((name) => !variables.includes(name))).toEqual([])
})

it('has no variable in Env that nobody can set', () => {
  // For whoever deploys they are explained in docs/operating.md; what only a local run sets stands in its script.
  const settable = read('docs/operating.md') + read('scripts/local/platform.mjs')
  expect(variables.length).toBeGreaterThan(0)
  expect(variables.filter((name) => !new RegExp(String.raw`\b${name}\b`).test(settable))).toEqual([])
})

it('exports the class of each Durable Object', () => {
  const [, exported = ''] = /^export \{([^}]*)\} from '\.\/objects\.ts'$/m.exec(read('src/index.ts')) ?? []
  const classes = config.durable_objects.bindings.map((one) => one.class_name)
  expect(
    exported
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .toSorted(),
  ).toEqual(classes.toSorted())
  expect(Object.keys(config.exports ?? {}).toSorted()).toEqual(classes.toSorted())
})

it('answers each queue that has a consumer, and has a consumer for each queue', () => {
  const { consumers = [], producers = [] } = config.queues
  const consumed = consumers.map(({ queue }) => queue)
  const filled = [...producers.map(({ queue }) => queue), ...consumers.flatMap((one) => one.dead_letter_queue ?? [])]
  expect(Object.keys(HANDLERS).toSorted()).toEqual(consumed.toSorted())
  expect([...new Set(filled)].toSorted()).toEqual(consumed.toSorted())
})

it('hands a batch to the handler of its queue, and one of an unknown queue to none', async () => {
  const asked: string[] = []
  const ask = (name: string) => () => Promise.resolve(void asked.push(name))
  const platform = {
    route: ask('route'),
    deliver: ask('deliver'),
    parkGivenUp: ask('parkGivenUp'),
  } as Partial<Platform> as Platform
  const batch = (queue: string) => ({ queue, messages: [] }) as Partial<MessageBatch> as MessageBatch
  const execution = { waitUntil: () => undefined }
  for (const queue of ['events', 'events-dlq', 'deliveries']) await consume(platform, batch(queue), execution)
  expect(asked).toEqual(['route', 'parkGivenUp', 'deliver'])
  await expect(consume(platform, batch('wake-ups'), execution)).rejects.toThrow(
    'no handler answers the queue wake-ups: add it to src/queues.ts',
  )
  expect(asked).toHaveLength(3)
})

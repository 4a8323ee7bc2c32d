import { gzipSync } from 'node:zlib'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { freshPlatform, newSource, recordingQueue, send } from '../world.ts'
import { basic, NOW, refusal, track } from './desk.ts'

/** On a busy machine. */
const PATIENCE = { timeout: 10_000 }

/** Two kilobytes that become two megabytes: what the batch says for all its events is written into each of them. */
const FULL = gzipSync(
  JSON.stringify({
    context: { text: 'x'.repeat(31_000) },
    batch: Array.from({ length: 50 }, () => track({ properties: { text: 'y'.repeat(9_500) } })),
  }),
)

/** A platform whose R2 stores nothing until it is told to, and what it was given so far. */
async function desk() {
  const clock = { now: NOW }
  const puts: unknown[] = []
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const ARCHIVE = {
    put: async (key: string, body: Uint8Array<ArrayBuffer>) => {
      puts.push(body)
      await opened
      return env.ARCHIVE.put(key, body)
    },
  } as unknown as R2Bucket
  const ctx = { now: () => clock.now, sleep: () => new Promise<void>(() => undefined), log: () => undefined }
  const at = freshPlatform({ env: { ARCHIVE, EVENTS: recordingQueue().queue }, ctx })
  const newKey = async () => (await newSource(at)).writeKey
  const post = (writeKey: string, body: BodyInit = FULL) =>
    send(at, '/v1/batch', { body, headers: basic(`${writeKey}:`) })
  return { clock, puts, open, newKey, post }
}

/** The first answers of many requests, of which `stored` wait for R2 and have none yet. */
async function answersOf(replies: readonly Promise<Response>[], puts: readonly unknown[], stored: number) {
  const answers: Response[] = []
  for (const reply of replies) void reply.then((response) => answers.push(response))
  await expect.poll(() => puts.length, PATIENCE).toBe(stored)
  await expect.poll(() => answers.length, PATIENCE).toBe(replies.length - stored)
  return answers
}

it('a source that sends too much at once is told 429, and nothing that it is answered 200 for is lost', async () => {
  const { puts, open, newKey, post } = await desk()
  const key = await newKey()
  const replies = Array.from({ length: 50 }, () => post(key))
  const [first, ...others] = await answersOf(replies, puts, 6)
  expect(await refusal(first!.clone())).toMatchObject({ status: 429, code: 'too_many_requests' })
  for (const name of ['retry-after', 'x-ratelimit-reset']) expect(first!.headers.get(name)).toBe('1')
  expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 43 }, () => 429))
  open()
  const statuses = (await Promise.all(replies)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(6)
  expect((await post(key)).status).toBe(200)
})

it('three sources fill an isolate: a large batch of another one is told 503, a small one is taken', async () => {
  const { puts, newKey, post } = await desk()
  const [honest, ...keys] = [await newKey(), await newKey(), await newKey(), await newKey()]
  await answersOf(
    keys.flatMap((key) => Array.from({ length: 9 }, () => post(key))),
    puts,
    16,
  )
  expect(await refusal(await post(honest))).toMatchObject({ status: 503, code: 'internal' })
  expect((await post(honest, JSON.stringify({ batch: [track()] }))).status).toBe(200)
})

it('what was cancelled, and never says that it has left, counts for fifteen seconds', async () => {
  const { clock, puts, newKey, post } = await desk()
  const key = await newKey()
  await answersOf(
    Array.from({ length: 9 }, () => post(key)),
    puts,
    6,
  )
  clock.now += 14_999
  expect((await post(key)).status).toBe(429)
  clock.now += 1
  void post(key)
  await expect.poll(() => puts.length, PATIENCE).toBe(7)
})

it('a large batch is given to R2 as bytes: its text and lines would be held until it is stored', async () => {
  const { puts, newKey, post } = await desk()
  void post(await newKey())
  await expect.poll(() => puts.length, PATIENCE).toBe(1)
  expect(puts[0]).toBeInstanceOf(Uint8Array)
})

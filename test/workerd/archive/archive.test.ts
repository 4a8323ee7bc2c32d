import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { park, readLines, writeBatch } from '../../../src/archive/index.ts'

const facts = {
  source: 'src_large',
  batch: '1893456000000-abcdefghijkl',
  firstReceivedAt: '2030-01-01T00:00:00.000Z',
  lastReceivedAt: '2030-01-01T00:00:00.000Z',
}

it('archives a batch of any number of members, and reads each', async () => {
  // A line of more than half a member makes a member of its own.
  const filler = 'x'.repeat(60_000)
  const lines = Array.from({ length: 700 }, (_, n) => `{"n":${n},"filler":"${filler}"}`)
  const { key, chunks } = await writeBatch(env.ARCHIVE, facts, lines)
  expect(chunks).toHaveLength(700)
  for (const at of [0, 581, 699])
    expect(await readLines(env.ARCHIVE, key, chunks.slice(at, at + 1))).toEqual([lines[at]])
})

it('parks a message whatever is wrong with it', async () => {
  await park(env.ARCHIVE, 'accept-long-why', '{}', '\u{1F4A5}'.repeat(5_000))
  const object = await env.ARCHIVE.head('parked/accept-long-why')
  expect(object?.customMetadata?.why).toMatch(/^\u{1F4A5}+$/u)
  await env.ARCHIVE.delete('parked/accept-long-why')
})

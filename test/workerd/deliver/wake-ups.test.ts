import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { deliverer } from '../../../src/deliver/index.ts'
import type { WakeUp } from '../../../src/env.ts'
import type { Grant, LaneRemote } from '../../../src/lane/index.ts'
import type { Database, SettingsCache } from '../../../src/settings/index.ts'
import { virtual } from './stand-ins.ts'

/** Lanes whose `take` answers when the test says so. */
function world() {
  const { ctx } = virtual()
  const taken: string[] = []
  const answers: (() => void)[] = []
  const lane = (name: string) =>
    ({
      take: () => {
        taken.push(name)
        return new Promise<Grant | null>((resolve) => answers.push(() => resolve(null)))
      },
    }) as unknown as LaneRemote
  const settings = {} as SettingsCache
  const db = {} as Database
  const deliver = deliverer({ ctx, db, archive: env.ARCHIVE, settings, lane, allowLocal: false })
  const acked: string[] = []
  const waited: Promise<void>[] = []
  const wake = (name: string) => {
    const message = { body: { lane: name }, ack: () => void acked.push(name) } as unknown as Message<WakeUp>
    return deliver([message], (work) => void waited.push(work))
  }
  return { wake, taken, acked, waited, answers }
}

it('acknowledges a wake-up at once and works behind it', async () => {
  const { wake, taken, acked, waited, answers } = world()
  await wake('dst_hangs')
  await wake('dst_next')
  expect([acked, taken, waited.length]).toEqual([['dst_hangs', 'dst_next'], ['dst_hangs', 'dst_next'], 2])
  for (const answer of answers) answer()
  expect(await Promise.all(waited)).toEqual([undefined, undefined])
})

it('keeps the queue waiting beyond 64 workers, until one is done', async () => {
  const { wake, acked, waited, answers } = world()
  for (let index = 0; index < 64; index++) await wake(`dst_${index}`)
  let over = false
  const last = wake('dst_last').then(() => (over = true))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([over, waited.length, acked.length]).toEqual([false, 64, 65])
  answers.at(-1)?.()
  await last
  answers[0]?.()
  await waited[0]
  await wake('dst_more')
  expect(waited).toHaveLength(65)
})

import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { writeBatch } from '../../../src/archive/index.ts'
import { context } from '../../../src/context.ts'
import type { IntakeRemote, LogFrom } from '../../../src/intake/index.ts'
import { Replay } from '../../../src/replay/index.ts'
import type { ReplayDeps } from '../../../src/replay/index.ts'

const T0 = Date.UTC(2030, 0, 1)
const AT = new Date(T0).toISOString()

it('a replay passes rows of the log that are lost, after some tries, and says how many', async () => {
  const source = `src-${crypto.randomUUID()}`
  const event = { type: 'track', event: 'Paid', userId: 'u', messageId: 'm', receivedAt: AT, timestamp: AT }
  const facts = { source, batch: `${T0}-aaaaaaaaaaaa`, firstReceivedAt: AT, lastReceivedAt: AT }
  const stored = await writeBatch(env.ARCHIVE, facts, [JSON.stringify(event)])
  const counters = { requests: 4, received: 4, duplicates: 0, rejected: {}, archived: 4, lastCommitAt: AT }
  const last = { ...facts, ...stored, seq: 4, committedAt: AT, counters, routes: {} }
  // Three rows are in a segment that R2 has not.
  const log = (from: LogFrom): ReturnType<IntakeRemote['log']> => {
    const seq = 'seq' in from ? from.seq : 1
    if (seq <= 3) return Promise.resolve({ from: seq, segment: { first: 1, last: 3 } })
    return Promise.resolve({ from: seq, entries: seq === 4 ? [last] : [] })
  }
  const intake = { log, counters: () => Promise.resolve({ ...counters, log: { bytes: 0, live: 1, rows: 4 } }) }
  await runInDurableObject(env.REPLAY.getByName(crypto.randomUUID()), async (_, { storage }) => {
    const alarms: number[] = []
    const deps = {
      ctx: { ...context, now: () => T0, log: () => undefined },
      archive: env.ARCHIVE,
      intake: () => intake as unknown as IntakeRemote,
      sourceExists: () => Promise.resolve(true),
      target: () =>
        Promise.resolve({
          candidate: { integration: { name: 'Webhooks', supports: ['track'] }, channels: [] },
          lane: { version: 1, enabled: true, rate: null, concurrency: 4, schedule: 'segment-4h', timeoutMs: 5_000 },
        }),
      publish: () => Promise.resolve(true),
    } as unknown as ReplayDeps
    const replay = new Replay(
      {
        sql: storage.sql,
        transactionSync: <T>(closure: () => T) => storage.transactionSync(closure),
        setAlarm: (at: number) => Promise.resolve(void alarms.push(at)),
        deleteAlarm: () => Promise.resolve(),
      } as unknown as ConstructorParameters<typeof Replay>[0],
      deps,
    )
    const selection = { from: T0 - 1_000, until: T0 + 1_000 }
    const order = { id: 'rpl_1', sourceId: source, destinationId: 'dst_1', selection, share: 0.25, dryRun: true }
    await replay.begin(order)
    for (let tries = 0; tries < 5; tries++) await replay.alarm()
    expect(await replay.report()).toMatchObject({ state: 'counting', counted: { events: 0, unreadable: 0 } })
    expect(alarms.at(-1)).toBeGreaterThan(T0 + 30_000)
    for (let tries = 0; tries < 3; tries++) await replay.alarm()
    expect(await replay.report()).toMatchObject({ state: 'ready', counted: { events: 1, unreadable: 3 } })
  })
})

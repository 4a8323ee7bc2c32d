// `node test/e2e/upgrade/make.ts`: writes a data directory as this version does, small, to test/fixtures/upgrade.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN_TOKEN, apiOf, freePort, ledger, npmStart, startReceiver, temporaryDir } from '../local.ts'
import { startWorker } from '../worker.ts'
import { expectEverything, pack } from './directory.ts'
import { answerOf, fill, type Filled, headersOf, owedBy, readAll, send, sendAll, until, visitsOf } from './fill.ts'
import type { Manifest } from './manifest.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const LONG_COMMITS = 8
/** What is counted is told by then, and nothing is under way. */
const QUIET_MS = 11_000
/** An intake looks every thirty seconds whether rows are to leave its log. */
const SEGMENTS_MS = 35_000

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const target = join(ROOT, 'test', 'fixtures', 'upgrade', version)
/** What has begun, last first, is ended in any case. */
const begun: (() => Promise<void>)[] = []

try {
  await make()
} finally {
  for (const end of begun.toReversed()) await end()
}

async function make(): Promise<void> {
  const dir = await temporaryDir()
  begun.push(dir.remove)
  const receiver = await startReceiver(answerOf, headersOf)
  begun.push(receiver.close)
  const filled = await asUsersDo(dir.path, receiver.url)
  const { reads, lanes, inbox, stoppedAt } = await longAndLate(dir.path, filled)
  const { server, ids, lanes: known } = filled.first
  const manifest: Manifest = {
    version,
    stoppedAt,
    receiver: receiver.url,
    people: visitsOf(filled),
    reads,
    lanes,
    inbox,
    known: { destination: known.arriving, path: '/arriving', writeKey: server.key, ids: ids.server },
    // The first segment is full with them.
    sealed: ['long0-0', 'long2-1'],
  }
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`)
  expectEverything(dir.path)
  pack(dir.path, join(target, 'directory.tar.gz'))
  console.log(`${target} is written.`)
}

async function asUsersDo(data: string, receiver: string) {
  const port = await freePort()
  const run = npmStart(['--port', String(port), '--data', data, '--no-demo'], {
    SLUICE_ADMIN_TOKEN: ADMIN_TOKEN,
    SLUICE_OPEN_SIGN_UP: '1',
  })
  begun.push(run.interrupt)
  const link = /Panel +(http\S+)/.exec(await run.until('Ctrl-C stops it'))?.[1] ?? ''
  const filled = await fill(`http://127.0.0.1:${port}`, link, receiver)
  await sleep(QUIET_MS)
  await run.interrupt()
  return filled
}

/** On the same directory, with what takes long or much made short and small: a long log, a lane that holds, a full inbox. */
async function longAndLate(data: string, filled: Filled) {
  const { encryptionKey } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as { encryptionKey: string }
  const run = await startWorker('test/e2e/upgrade/small-worker.ts', join(data, 'state'), {
    adminToken: ADMIN_TOKEN,
    encryptionKeys: `local:${encryptionKey}`,
  })
  begun.push(run.stop)
  const { long, late, lanes } = filled.first
  const there = {
    ...filled,
    admin: apiOf(run.url),
    second: { ...filled.second, api: apiOf(run.url, filled.second.token) },
  }
  const ids: string[] = []
  for (let n = 0; n < LONG_COMMITS; n++) {
    ids.push(...(await sendAll(run.url, long, `long${n}`, 2)))
    await until('long', async () => (await ledger(there.admin, lanes.waiting)).pending === ids.length)
  }
  await sleep(SEGMENTS_MS)
  const reads = await readAll(there)
  const owed = await owedBy(there, ids)
  // The last thing, so that nobody takes them.
  const inbox = { source: late.id, destination: lanes.late, ids: ['late-0', 'late-1', 'late-2'] }
  for (const messageId of inbox.ids)
    await send(run.url, late, { type: 'track', event: 'Late', userId: 'u1', messageId })
  await run.stop()
  return { reads, lanes: owed, inbox, stoppedAt: Date.now() }
}

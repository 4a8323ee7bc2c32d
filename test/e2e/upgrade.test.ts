import { createHmac } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type Api, apiOf, freePort, ledger, type LocalRun, npmStart, startReceiver } from './local.ts'
import { patient, temporaryDir } from './local.ts'
import { codeOf } from './totp.ts'
import { differences } from './upgrade/differences.ts'
import { type Move, unpack } from './upgrade/directory.ts'
import type { Manifest, Owed, Visit } from './upgrade/manifest.ts'
import { Visitor } from './upgrade/visitor.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'upgrade')
const versions = globSync('*/manifest.json', { cwd: FIXTURES }).map((path) => basename(dirname(path)))

it('has a directory of a version to open', () => expect(versions).toContain('0.1.0'))

describe.each(versions)('a data directory of %s, opened by this version', (version) => {
  const manifest = JSON.parse(readFileSync(join(FIXTURES, version, 'manifest.json'), 'utf8')) as Manifest
  let dir: Awaited<ReturnType<typeof temporaryDir>>
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let run: LocalRun
  let url: string
  let move: Move

  beforeAll(async () => {
    dir = await temporaryDir()
    receiver = await startReceiver()
    const data = join(dir.path, 'data')
    move = { from: manifest.stoppedAt, to: Date.now(), receiver: { from: manifest.receiver, to: receiver.url } }
    unpack(join(FIXTURES, version, 'directory.tar.gz'), data, move)
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    run = npmStart(['--port', String(port), '--data', data, '--no-demo'], { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
    await run.until('Ctrl-C stops it')
  })
  afterAll(async () => {
    await run?.interrupt()
    await receiver?.close()
    await dir?.remove()
  })

  const apiAs = (as: string): Api => apiOf(url, as === 'admin' ? ADMIN_TOKEN : as)
  /** Message ids that have come to a path, as often as they came. */
  const arrived = (path: string) =>
    receiver.received.filter((one) => one.path === path).map(({ event }) => String(event.messageId))
  async function expectLedger(api: Api, destination: string, figures: object): Promise<void> {
    await expect
      .poll(() => ledger(api, destination), { timeout: patient(30_000), interval: 200 })
      .toMatchObject(figures)
  }

  it('reads back as it was: settings, tokens, changes, counters, dead letters, traces', async () => {
    const lost = manifest.reads.map(async ({ as, path, data }) =>
      differences(data, await apiAs(as)('GET', path), move, path),
    )
    expect((await Promise.all(lost)).flat()).toEqual([])
  })

  it.each(manifest.people)('lets people in as before: $who', async (visit) => {
    await expectSees(new Visitor(url, visit.cookies), visit)
    if (visit.password === undefined) return
    await expectSees(await signIn(visit, visit.totp === undefined ? '' : codeOf(visit.totp)), visit)
    if (visit.recoveryCode !== undefined) await expectSees(await signIn(visit, visit.recoveryCode), visit)
  })

  async function signIn({ email = '', password = '', totp }: Visit, code: string): Promise<Visitor> {
    const visitor = new Visitor(url)
    await visitor.post('/sign-in', { email, password })
    if (totp !== undefined) await visitor.post('/sign-in/code', { code })
    return visitor
  }

  async function expectSees(visitor: Visitor, { sees }: Visit): Promise<void> {
    for (const [path, words] of Object.entries(sees)) {
      const { status, text } = await visitor.get(path)
      expect([path, status]).toEqual([path, 200])
      for (const word of words) expect(text).toContain(word)
    }
  }

  it('takes up what was accepted', async () => {
    const { destination, ids } = manifest.inbox
    await expectLedger(apiAs('admin'), destination, { delivered: ids.length, pending: 0, dead: 0 })
    expect(arrived('/late').toSorted()).toEqual(ids.toSorted())
  })

  it.each(manifest.lanes)('sends what was owed once, signed as before: $path', async (lane) => {
    const { as, destination, path, secret, ledger: before, pending } = lane
    const api = apiAs(as)
    const { accepted, delivered, dead, pending: left } = await ledger(api, destination)
    expect({ accepted, dead, open: delivered + left }).toEqual({
      accepted: before.accepted,
      dead: before.dead,
      open: before.delivered + before.pending,
    })
    await remedy(api, lane)
    await expectLedger(api, destination, { pending: 0, delivered: before.delivered + before.pending })
    expect(arrived(path).toSorted()).toEqual(pending.toSorted())
    for (const { headers, body } of receiver.received.filter((one) => one.path === path)) {
      const signature = createHmac('sha1', secret).update(body).digest('hex')
      const key = `Basic ${btoa(`${secret}:`)}`
      expect([headers['x-signature'], headers.authorization]).toContainEqual(path === '/acme' ? key : signature)
    }
  })

  async function remedy(api: Api, { destination, remedy: what }: Owed): Promise<void> {
    const path = `/api/destinations/${destination}`
    if (what === 'resume') await api('PATCH', path, { paused: false })
    if (what === 'enable') await api('PATCH', path, { enabled: true })
    if (what !== 'try-now') return
    // Once for each event that was told to wait for an hour.
    const press = async () => {
      const reply = await fetch(`${url}${path}/try-now`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
      })
      // 409: nothing waits any more, or it is under way.
      expect([200, 409]).toContain(reply.status)
      await reply.body?.cancel()
      return (await ledger(api, destination)).pending
    }
    await expect.poll(press, { timeout: patient(30_000), interval: 300 }).toBe(0)
  }

  it.each(manifest.lanes.filter(({ dead }) => dead.length > 0))('has the dead letters still: $path', async (lane) => {
    const { as, destination, path, ledger: before, pending, dead } = lane
    const api = apiAs(as)
    const letters = `/api/destinations/${destination}/dead-letters`
    const listed = await api<{ deadLetters: { payloads: { messageId: string }[] }[] }>('GET', letters)
    const ids = listed.deadLetters.flatMap(({ payloads }) => payloads.map(({ messageId }) => messageId))
    expect(ids.toSorted()).toEqual(dead.toSorted())
    await api('POST', `${letters}/redrive`, { all: true })
    await expectLedger(api, destination, { dead: 0, pending: 0, delivered: before.accepted })
    expect(arrived(path).toSorted()).toEqual([...pending, ...dead].toSorted())
  })

  it('finds events whose rows have left the log', async () => {
    for (const id of manifest.sealed) {
      const { event } = await apiAs('admin')<{ event: { messageId: string; destinations: { status: string }[] } }>(
        'GET',
        `/api/events/${id}`,
      )
      expect(event).toMatchObject({ messageId: id, destinations: [{ status: 'delivered' }] })
    }
  })

  it('takes new events, and knows those that it had', async () => {
    const { destination, path, writeKey, ids } = manifest.known
    const api = apiAs('admin')
    const before = await ledger(api, destination)
    const batch = [...ids, 'new-0'].map((messageId) => ({ type: 'track', event: 'Again', userId: 'u1', messageId }))
    const reply = await fetch(`${url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
    expect(reply.status).toBe(200)
    await expectLedger(api, destination, { accepted: before.accepted + 1, delivered: before.delivered + 1 })
    expect(arrived(path).filter((id) => id === 'new-0' || !ids.includes(id))).toEqual(['new-0'])
    for (const id of ids) expect(arrived(path)).not.toContain(id)
  })
})

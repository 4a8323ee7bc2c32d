import { describe, expect, it, vi } from 'vitest'
import { ask, newDestination, type SourceReply } from '../api/client.ts'
import { Browser, freshPanel } from '../access/browser.ts'
import { messageOf } from '../route/rig.ts'
import { newSource, recordingQueue, send } from '../world.ts'
import { rig } from './rig.ts'

const at = rig()
const idOf = (location: string) => /src_\w+/.exec(location)?.[0] ?? ''
const named = (what: string) => `${what} ${crypto.randomUUID().slice(0, 8)}`
const source = (id: string) => ask<{ source: SourceReply }>(at, 'GET', `/api/sources/${id}`).then((data) => data.source)

describe('a source', () => {
  it('is added by platform, and shows its key in code for this deployment', async () => {
    const name = named('Web Shop')
    const made = await at.post('/sources', { name, kind: 'node' })
    expect(made.status).toBe(303)
    const { html } = await at.get(made.location)
    const { writeKeys, slug } = await source(idOf(made.location))
    expect(slug).toMatch(/^web-shop-/)
    expect(html).toContain('The source is there')
    expect(html).toContain(
      `new Analytics({ writeKey: &#39;${writeKeys[0]}&#39;, host: &#39;https://sluice.test&#39; })`,
    )
    expect(html).toContain('Waiting for the first event')
  })

  it('may have a name that another one has', async () => {
    const name = named('Twice')
    const [first, second] = [
      await at.post('/sources', { name, kind: 'go' }),
      await at.post('/sources', { name, kind: 'go' }),
    ]
    expect([first.status, second.status]).toEqual([303, 303])
    expect((await source(idOf(second.location))).slug).not.toBe((await source(idOf(first.location))).slug)
  })

  it('brings its key along; one that is taken is refused beside its field', async () => {
    const writeKey = `wk${crypto.randomUUID().slice(0, 8)}`
    const made = await at.post('/sources', { name: named('Moved'), kind: 'swift', writeKey })
    expect((await source(idOf(made.location))).writeKeys).toEqual([writeKey])
    const refused = await at.post('/sources', { name: 'Copy <b>', kind: 'swift', writeKey })
    expect(refused.status).toBe(422)
    expect(refused.html).toMatch(/id="writeKey-error">This write key is or was in use\./)
    expect(refused.html).toContain('value="Copy &lt;b&gt;"')
    expect(refused.html).toMatch(/<input type="radio" name="kind" value="swift" checked/)
  })

  it.each([
    [{ name: '', kind: 'node' }, /id="name-error">Must not be empty\./],
    [{ name: 'x', kind: 'abacus' }, /id="kind-error">Must be one of/],
    [{ name: 'x', kind: 'node', writeKey: 'not a key' }, /id="writeKey-error">A write key has/],
  ])('%j is refused beside its field', async (fields, message) => {
    const { status, html } = await at.post('/sources', fields)
    expect(status).toBe(422)
    expect(html).toMatch(message)
  })

  it('is sent a sample event from its page, on the way of all others', async () => {
    const { id } = await newSource(at)
    const sent = await at.post(`/sources/${id}/sample`, {})
    expect(sent.location).toBe(`/sources/${id}/setup?said=sample-sent`)
    await vi.waitFor(async () => expect((await at.get(`/sources/${id}/setup`)).html).toContain('It works'), 20_000)
    const { html } = await at.get(`/sources/${id}/setup`)
    expect(html).toContain('Next steps')
    expect(html).toMatch(/Send the first event<span class="unseen">: done/)
    expect(html).toMatch(/Connect a destination<\/a><span class="unseen">: to do/)
    await newDestination(at, id)
    expect((await at.get(`/sources/${id}/setup`)).html).toMatch(/Connect a destination<span class="unseen">: done/)
  })

  it('without a key, or disabled, says why no sample is sent', async () => {
    const { id, writeKey } = await newSource(at)
    await ask(at, 'PATCH', `/api/sources/${id}`, { enabled: false })
    const disabled = await at.post(`/sources/${id}/sample`, {})
    expect(disabled.status).toBe(409)
    expect(disabled.html).toContain('This source is disabled')
    await ask(at, 'PATCH', `/api/sources/${id}`, { enabled: true })
    await ask(at, 'DELETE', `/api/sources/${id}/writekey/${writeKey}`)
    const keyless = await at.post(`/sources/${id}/sample`, {})
    expect(keyless.html).toContain('This source has no write key')
  })

  it('is renamed and disabled', async () => {
    const { id } = await newSource(at)
    const saved = await at.post(`/sources/${id}/settings`, { name: 'Renamed' })
    expect(saved.location).toBe(`/sources/${id}/settings?said=source-saved`)
    expect(await source(id)).toMatchObject({ name: 'Renamed', enabled: false })
    const refused = await at.post(`/sources/${id}/settings`, { name: ' ', enabled: 'on' })
    expect(refused.html).toMatch(/id="name-error">Must not be empty/)
    expect((await source(id)).name).toBe('Renamed')
  })

  it('gets another key, and loses one only by the name of the source', async () => {
    const { id, writeKey } = await newSource(at)
    const { name } = await source(id)
    await at.post(`/sources/${id}/keys`, {})
    await at.post(`/sources/${id}/keys`, { writeKey: `own_${writeKey}` })
    expect((await source(id)).writeKeys).toHaveLength(3)
    const revoke = `/sources/${id}/keys/revoke?key=${writeKey}`
    expect((await at.get(revoke)).html).toContain('The other keys of this source go on working.')
    expect((await at.post(revoke, { confirm: 'something' })).html).toMatch(/id="confirm-error">This is not the name/)
    expect((await at.post(revoke, { confirm: name })).status).toBe(303)
    expect((await source(id)).writeKeys).not.toContain(writeKey)
  })

  it('is deleted by its name, and says what its destinations cost', async () => {
    const { id } = await newSource(at)
    await newDestination(at, id)
    const { name } = await source(id)
    expect((await at.get(`/sources/${id}/delete`)).html).toContain(
      'Its destination is deleted too. No events wait for them.',
    )
    expect((await at.post(`/sources/${id}/delete`, { confirm: 'no' })).status).toBe(422)
    expect((await at.post(`/sources/${id}/delete`, { confirm: name })).location).toBe('/sources?said=source-deleted')
    expect((await at.get(`/sources/${id}`)).status).toBe(404)
  })
})

describe('the first event', () => {
  it('turns waiting into working, and stops the asking', async () => {
    const { id, writeKey } = await newSource(at)
    const part = async () => (await at.get(`/sources/${id}/arrivals`)).html
    expect(await part()).toMatch(/hx-trigger="every 2s"/)
    const messages: string[] = []
    const told = rig({ overrides: { EVENTS: queueInto(messages) } })
    await send(told, '/v1/track', { body: JSON.stringify({ userId: 'u', event: 'First', writeKey }) })
    expect(messages).toHaveLength(1)
    await told.route([message(messages[0] ?? '')])
    const html = await part()
    expect(html).toContain('It works')
    expect(html).not.toContain('hx-trigger')
  })

  it('that is refused says why', async () => {
    const { id, writeKey } = await newSource(at)
    const messages: string[] = []
    const told = rig({ overrides: { EVENTS: queueInto(messages) } })
    await send(told, '/v1/batch', { body: JSON.stringify({ writeKey, batch: [{ type: 'track', event: 'Nobody' }] }) })
    for (const one of messages) await told.route([message(one)])
    const { html } = await at.get(`/sources/${id}/arrivals`)
    expect(html).toContain('neither a userId nor an anonymousId')
    expect(html).toContain('hx-trigger')
  })
})

it('a page whose session has ended asks for signing in, as a whole', async () => {
  const stranger = new Browser(freshPanel())
  const part = await stranger.get('/sources/src_x/arrivals', { 'HX-Request': 'true' })
  expect([part.status, part.headers.get('hx-redirect')]).toEqual([401, '/sign-in'])
  expect((await stranger.get('/sources/src_x/arrivals')).status).toBe(303)
})

function queueInto(messages: string[]): Queue<string> {
  return { send: (body: string) => Promise.resolve(void messages.push(body)) } as unknown as Queue<string>
}

function message(body: string): Message<unknown> {
  return {
    id: 'm',
    body,
    timestamp: new Date(),
    attempts: 1,
    ack: () => undefined,
    retry: () => undefined,
  }
}

describe('a rejected event', () => {
  it.each([
    [{ event: '' }, 'event_not_defined', 'a track without the name of its event'],
    [
      { event: 'Segment Consent Preference Updated' },
      'consent_categorypreferences_should_exist',
      'a change of consent without context.consent.categoryPreferences',
    ],
  ])('%j is told in words, with its code', async (facts, code, words) => {
    const { queue, sent } = recordingQueue()
    const own = rig({ overrides: { EVENTS: queue } })
    const { id, writeKey } = await newSource(own)
    await send(own, '/v1/batch', {
      body: JSON.stringify({ writeKey, batch: [{ type: 'track', userId: 'u', ...facts }] }),
    })
    await own.route(sent.map((text) => messageOf(text) as unknown as Message<unknown>))
    const { html } = await own.get(`/sources/${id}/arrivals`)
    expect(html).toContain('Rejected')
    expect(html).toContain(`1 event: ${words} <code>${code}</code>`)
  })
})

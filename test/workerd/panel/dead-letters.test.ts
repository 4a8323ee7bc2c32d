import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, newDestination } from '../api/client.ts'
import { newSource, send } from '../world.ts'
import { type Page, rig } from './rig.ts'

const at = rig()
const reader = rig({ role: 'read-only' })
let id = ''
let list = ''
/** What the receiver says of an event, by its name. */
let statusOf = (event: string): number => (event.startsWith('Order') ? 400 : 422)

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    const { event } = JSON.parse(String(init?.body)) as { event: string }
    return Promise.resolve(Response.json({ message: `no ${event}` }, { status: statusOf(event) }))
  })
  const { id: source, writeKey } = await newSource(at)
  id = (await newDestination(at, source)).id
  list = `/destinations/${id}/dead-letters`
  const batch = Array.from({ length: 60 }, (_, n) => ({
    type: 'track',
    event: n < 50 ? `Order ${n}` : `<b>Refund ${n}</b>`,
    userId: n % 2 ? 'ada' : 'bob',
    properties: { n },
  }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
  await vi.waitUntil(async () => (await dead()) === 60, { timeout: 15_000 })
}, 30_000)

const dead = async () =>
  (await ask<{ ledger: { dead: number } }>(at, 'GET', `/api/destinations/${id}/ledger`)).ledger.dead
const redrives = async () =>
  (await ask<{ redrives: Record<string, unknown>[] }>(at, 'GET', `/api/destinations/${id}/redrives`)).redrives
/** The names of the events that a page lists. */
const listed = ({ html }: Page) =>
  [...html.matchAll(/dead-letters\/\d+\/\d+">([^<]*(?:<(?!\/a>)[^<]*)*)<\/a>/g)].map(([, name]) => name)
const boxes = ({ html }: Page) => [...html.matchAll(/name="chosen" value="([\d.]+)"/g)].map(([, value = '']) => value)
const nextOf = ({ html }: Page) => /href="([^"]+)"[^>]*rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''

describe('the list', () => {
  it('is led to by the ledger: by its figure, and by each reason', async () => {
    const { html } = await at.get(`/destinations/${id}`)
    expect(html).toContain(`href="${list}"`)
    expect(html).toContain(`href="${list}?reason=http_400"`)
    expect(html).toContain('Dead letters</a>')
  })

  it('shows all of them, page by page, none twice', async () => {
    const first = await at.get(list)
    expect(listed(first)).toHaveLength(40)
    const second = await at.get(nextOf(first))
    expect(listed(second)).toHaveLength(20)
    expect(new Set([...boxes(first), ...boxes(second)]).size).toBe(60)
    expect(nextOf(second)).toBe('')
    expect(first.html).toContain('&lt;b&gt;Refund')
    expect(first.html).not.toContain('<b>Refund')
  })

  it.each([
    ['?reason=http_422', 10],
    ['?event=Order+1', 1],
    ['?event=Order+1*&userId=ada', 6],
    ['?event=Order+1*&userId=ada&reason=http_422', 0],
    ['?type=identify', 0],
    ['?until=2020-01-01T00:00', 0],
    ['?from=2020-01-01T00:00&event=&type=&reason=', 40],
  ])('filters by %s', async (query, count) => {
    const page = await at.get(list + query)
    expect([page.status, listed(page).length]).toEqual([200, count])
  })

  it.each(['userId=ada', 'event=Order+*', 'reason=http_422'])('of %s can be sent again whole', async (query) => {
    const { html } = await at.get(`${list}?${query}`)
    expect(html.includes('events that were looked at')).toBe(!query.startsWith('reason'))
    expect(html).toContain('Send all of this filter again')
    expect((await at.get(`${list}/redrive?${query}`)).html).toContain('Send them again')
  })

  it('says what is wrong with a filter, beside its field', async () => {
    const page = await at.get(`${list}?from=2026-02-01T00:00&until=2026-01-01T00:00`)
    expect(page.status).toBe(422)
    expect(page.html).toContain('Must be before until.')
    expect(page.html).toContain('value="2026-02-01T00:00:00"')
  })

  it('has nothing to send with for those who may only look', async () => {
    const page = await reader.get(list)
    expect(listed(page)).toHaveLength(40)
    expect(page.html).not.toContain('<form class="letters"')
    expect(page.html).not.toContain('again…')
    expect((await reader.get(`${list}/redrive`)).status).toBe(403)
  })

  it('of a destination without any says so', async () => {
    const empty = (await newDestination(at, (await newSource(at)).id)).id
    expect((await at.get(`/destinations/${empty}/dead-letters`)).html).toContain('No dead letters')
  })

  it('comes as a file too', async () => {
    const { html, headers } = await at.get(`${list}/download?event=Order+1`)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="dead-letters-${id}.ndjson"`)
    expect(
      html
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ reason: 'http_400', payload: { event: 'Order 1', userId: 'ada' } }])
  })
})

it('a file that is asked for wrongly is refused, before it begins', async () => {
  const page = await at.get(`${list}/download?from=yesterday`)
  expect([page.status, page.html.includes('Must be a time')]).toEqual([409, true])
})

describe('one of them', () => {
  it('has its event, what was sent and answered, its attempts, and why in words', async () => {
    const page = await at.get(`${list}?event=Order+7`)
    const [value = ''] = boxes(page)
    const one = await at.get(`${list}/${value.replace('.', '/')}`)
    expect(one.status).toBe(200)
    for (const words of [
      'Order 7',
      'the endpoint answered 400',
      'no Order',
      'What was sent',
      'What came back',
      '1 attempt',
      '&quot;n&quot;: 7',
      'Where did it go?',
      'Send it again',
    ])
      expect(one.html).toContain(words)
    expect((await reader.get(`${list}/${value.replace('.', '/')}`)).html).not.toContain('name="what"')
  })

  it.each(['1/0', 'x/0', '1/x', '99999999999999999/0'])('%s is not there', async (which) => {
    expect((await at.get(`${list}/${which}`)).status).toBe(404)
  })
})

describe('sending again', () => {
  it('the chosen sends these alone, and says what became of them', async () => {
    statusOf = (event) => (event === 'Order 1' ? 200 : 403)
    const chosen = [...boxes(await at.get(`${list}?event=Order+1`)), ...boxes(await at.get(`${list}?event=Order+2`))]
    expect(chosen).toHaveLength(2)
    const sent = await at.post(`${list}/redrive`, { what: 'chosen', chosen })
    expect(sent).toMatchObject({ status: 303, location: `${list}?said=letters-redriven` })
    await vi.waitUntil(async () => (await redrives())[0]?.['pending'] === 0, { timeout: 10_000 })
    expect(await redrives()).toMatchObject([{ events: 2, delivered: 1, dead: 1 }])
    const { html } = await at.get(list)
    expect(html).toContain('Sent again')
    expect(html).toContain('chosen one by one')
    expect((await at.get(`${list}?event=Order+2`)).html).toContain('sent again before by redrive 1')
    expect(listed(await at.get(`${list}?event=Order+1`))).toEqual([])
    // Once more it is on its way no longer.
    const twice = await at.post(`${list}/redrive`, { what: 'chosen', chosen: chosen[0] ?? '' })
    expect(twice.location).toBe(`${list}?said=letters-none`)
  }, 20_000)

  it('those shown sends what the page lists', async () => {
    statusOf = () => 200
    const page = await at.get(`${list}?event=Order+3*`)
    const shown = [...page.html.matchAll(/name="shown" value="([\d.]+)"/g)].map(([, value = '']) => value)
    expect(shown).toHaveLength(11)
    await at.post(`${list}/redrive`, { what: 'shown', shown })
    await vi.waitUntil(async () => (await redrives())[0]?.['delivered'] === 11, { timeout: 10_000 })
  }, 20_000)

  it('all of a filter is asked about first, with how many there are', async () => {
    const before = await dead()
    const question = await at.get(`${list}/redrive?reason=http_422`)
    expect(question.html).toContain('All dead letters of this reason: the endpoint answered 422.')
    expect(question.html).toContain('These are 10 events')
    expect(question.html).toContain('name="reason" value="http_422"')
    expect(question.html).not.toContain('read from the archive')
    await at.post(`${list}/redrive`, { what: 'filter', reason: 'http_422' })
    await vi.waitUntil(async () => (await dead()) === before - 10, { timeout: 10_000 })
    expect(await redrives()).toMatchObject([{ filter: { reason: 'http_422' }, events: 10 }, {}, {}])
  }, 20_000)

  it('all of a person or an event is looked for, sent and told of, by one button', async () => {
    const query = 'event=Order+4*&userId=ada'
    const question = await at.get(`${list}/redrive?${query}`)
    for (const words of [
      'of the event Order 4*, of the person ada',
      'read from the archive',
      'At most ',
      'value="ada"',
    ])
      expect(question.html).toContain(words)
    const sent = await at.post(`${list}/redrive`, { what: 'filter', event: 'Order 4*', userId: 'ada' })
    expect(sent.location).toBe(`${list}?said=letters-looking`)
    await vi.waitUntil(async () => (await redrives())[0]?.['delivered'] === 5, { timeout: 10_000 })
    const { html } = await at.get(list)
    expect(html).toContain('of Order 4* of person ada')
    expect(html).toContain('looked at')
    expect(listed(await at.get(`${list}?${query}`))).toEqual([])
    const [{ id: number }] = (await redrives()) as [{ id: number }]
    // It is over, so that there is nothing to cancel.
    expect(html).not.toContain('Cancel redrive')
    expect((await at.post(`${list}/redrives/${number}/cancel`, {})).status).toBe(409)
  }, 20_000)

  it('what goes on has a button that ends it', async () => {
    const other = (await newDestination(at, (await newSource(at)).id)).id
    const page = `/destinations/${other}/dead-letters`
    const books = { deadLetters: 2, events: 2, delivered: 2, filtered: {}, pending: 0, dead: {} }
    const going = { id: 1, at: new Date().toISOString(), filter: { userId: 'ada' }, ...books, looked: 40, untold: 3 }
    await runInDurableObject(env.LANE.getByName(other), (_, { storage }) => {
      const body = JSON.stringify({ ...going, complete: false })
      storage.sql.exec('INSERT INTO redrive (id, body) VALUES (1, ?)', body)
    })
    const { html } = await at.get(page)
    expect(html).toContain('2 events, 40 looked at, 3 of them no longer in the archive, still looking')
    expect(html).toContain('Cancel redrive 1')
    expect((await reader.get(page)).html).not.toContain('Cancel redrive')
    const cancelled = await at.post(`${page}/redrives/1/cancel`, {})
    expect(cancelled).toMatchObject({ status: 303, location: `${page}?said=redrive-cancelled` })
    const after = (await at.get(page)).html
    expect([after.includes(', cancelled'), after.includes('Cancel redrive')]).toEqual([true, false])
  })

  it('of nothing changes nothing, and writes nothing into the audit trail', async () => {
    const before = await dead()
    const sent = await at.post(`${list}/redrive`, { what: 'chosen' })
    expect(sent.location).toBe(`${list}?said=letters-none`)
    expect((await at.post(`${list}/redrive`, { what: 'chosen', chosen: 'x.y' })).status).toBe(409)
    expect(await dead()).toBe(before)
    expect(await redrives()).toHaveLength(4)
  })
})

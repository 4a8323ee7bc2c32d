import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { call, freshPlatform, newSource } from '../world.ts'
import { ask, otherWorkspace, refusal } from './client.ts'

const at = freshPlatform()
interface Label {
  key: string
  value: string
  description?: string
}

const make = async (key: string, value: string, description = '') => {
  const label = { key, value, description }
  await ask(at, 'POST', '/api/labels', { label })
  return label
}
const labelsOf = async (source: string) =>
  (await ask<{ source: { labels: Label[] } }>(at, 'GET', `/api/sources/${source}`)).source.labels
const many = (key: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => make(key, String(n).padStart(2, '0'))))

describe('what cannot be a label', () => {
  it.each<[unknown, string]>([
    [{}, 'label: This is required.'],
    [{ label: { key: 'k' } }, 'label.value: This is required.'],
    [{ label: { key: '', value: 'v' } }, 'label.key: Must not be empty.'],
    [{ label: { key: 'k', value: '..' } }, 'label.value: Must be more than dots.'],
    [{ label: { key: 'x'.repeat(101), value: 'v' } }, 'label.key: At most 100 characters.'],
    [{ label: { key: 'k', value: 'v', description: 'x'.repeat(501) } }, 'label.description: At most 500 characters.'],
    [{ label: { key: 'k', value: 'v', colour: 'red' } }, 'label.colour: There is no such field.'],
  ])('%j', async (body, problem) => {
    expect(await refusal(at, 'POST', '/api/labels', body)).toMatchObject({ status: 400, problems: [problem] })
  })
})

it('is there once, of two who make it at once too', async () => {
  const label = { key: 'once', value: 'only' }
  const made = await Promise.all([0, 1, 2].map(() => call(at, 'POST', '/api/labels', { label })))
  expect(made.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409'])
  expect(await refusal(at, 'POST', '/api/labels', { label })).toMatchObject({
    problems: ['label: There is a label once: only already.'],
  })
})

it('is found by key and value as they were written, and listed by them', async () => {
  const odd = await make('a/b:c', 'ü %?#')
  await make('a', '2')
  await make('a', '1')
  const { labels } = await ask<{ labels: Label[] }>(at, 'GET', '/api/labels')
  const listed = labels.filter(({ key }) => key.startsWith('a')).map(({ key, value }) => `${key}=${value}`)
  expect(listed).toEqual(['a=1', 'a=2', 'a/b:c=ü %?#'])
  const path = `/api/labels/${encodeURIComponent(odd.key)}/${encodeURIComponent(odd.value)}`
  expect((await call(at, 'DELETE', path)).status).toBe(200)
  expect((await call(at, 'DELETE', path)).status).toBe(404)
})

describe('the labels of a source', () => {
  it('are those given one after another, or at once', async () => {
    const { id } = await newSource(at)
    const some = await many('at-once', 6)
    await Promise.all(some.map((one) => ask(at, 'POST', `/api/sources/${id}/labels`, { labels: [one] })))
    expect(await labelsOf(id)).toEqual(some)
    await ask(at, 'PUT', `/api/sources/${id}/labels`, { labels: some.slice(2, 4) })
    expect(await labelsOf(id)).toEqual(some.slice(2, 4))
    const { sources } = await ask<{ sources: { id: string; labels: Label[] }[] }>(at, 'GET', '/api/sources')
    expect(sources.find((one) => one.id === id)?.labels).toEqual(some.slice(2, 4))
  })

  it('are twenty at most, and a request too many changes nothing', async () => {
    const { id } = await newSource(at)
    const some = await many('twenty', 25)
    const give = (labels: Label[]) => refusal(at, 'POST', `/api/sources/${id}/labels`, { labels })
    await ask(at, 'POST', `/api/sources/${id}/labels`, { labels: some.slice(0, 18) })
    expect(await give(some.slice(18, 21))).toMatchObject({
      status: 409,
      problems: [expect.stringMatching(/^labels: /)],
    })
    expect(await labelsOf(id)).toEqual(some.slice(0, 18))
    // Those that it has already count once.
    await ask(at, 'POST', `/api/sources/${id}/labels`, { labels: some.slice(10, 20) })
    expect(await labelsOf(id)).toEqual(some.slice(0, 20))
    expect(await give(some)).toMatchObject({ status: 400, problems: ['labels: At most 20 labels.'] })
  })

  it('are the workspace’s own, and each that is not is named', async () => {
    const { id } = await newSource(at)
    const label = await make('known', 'yes', 'Known.')
    const other = await otherWorkspace()
    await ask(at, 'POST', '/api/labels', { label: { key: 'theirs', value: 'x' } }, other.headers)
    const labels = [label, { key: 'theirs', value: 'x' }, { ...label, description: 'Another.' }]
    expect(await refusal(at, 'POST', `/api/sources/${id}/labels`, { labels })).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [
        'labels.1: There is no label theirs: x. Make it first: POST /api/labels.',
        'labels.2.description: The label has another description. Leave it out here.',
      ],
    })
    expect(await labelsOf(id)).toEqual([])
  })

  it('go with the label, and with the source', async () => {
    const { id } = await newSource(at)
    const [one, two] = [await make('going', '1'), await make('going', '2')]
    await ask(at, 'POST', `/api/sources/${id}/labels`, { labels: [one, two] })
    await ask(at, 'DELETE', '/api/labels/going/1')
    expect(await labelsOf(id)).toEqual([two])
    await ask(at, 'DELETE', `/api/sources/${id}`)
    const left = await env.DB.prepare('SELECT count(*) AS n FROM source_labels WHERE source_id = ?').bind(id).first('n')
    expect(left).toBe(0)
  })

  it('are in the audit trail, before and after', async () => {
    const { id } = await newSource(at)
    const label = await make('trail', 'yes')
    await ask(at, 'POST', `/api/sources/${id}/labels`, { labels: [label] })
    const { events } = await ask<{ events: object[] }>(at, 'GET', `/api/audit-events?resourceId=${id}`)
    expect(events[0]).toMatchObject({
      type: 'Source Modified',
      before: { labels: [] },
      after: { labels: ['trail: yes'] },
    })
  })
})

import { describe, expect, it } from 'vitest'
import { archivedEvent, type EventFacts, factsOfLine } from '../../src/event/index.ts'
import { newEvent } from '../workerd/deliver/stand-ins.ts'

/** What both ways of reading a line have to say. */
function pick(event: EventFacts | null) {
  if (!event) return null
  const { type, messageId, projectId, event: called, name, receivedAt } = event
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { type, messageId, projectId, receivedAt, event: text(called), name: text(name) }
}

const NESTED = { type: 'not', messageId: ['not'], deep: [{ name: '}' }, [], {}, '"', '\\', '\\"', ',', '":"'] }

describe('the facts of an archived line', () => {
  it.each([
    ['a track', newEvent()],
    ['a page', newEvent({ type: 'page', event: undefined, name: 'Größe 🎉' })],
    ['names in quotes', newEvent({ event: 'say "hi" \\ \n', name: '\\' })],
    ['a name that is no text', newEvent({ event: undefined, name: { event: 'x' } })],
    ['names that are nothing', newEvent({ event: undefined, name: null })],
    ['what is nested', newEvent({ context: NESTED, properties: NESTED, traits: [NESTED] })],
    ['odd members', newEvent({ '': 1, '"type":"x","': 2, 'a\\': 3, '":': 4, n: -1.5e-7, t: true, f: false })],
    ['an odd id', newEvent({ messageId: 'a"b\\' })],
    ['ids of numbers', newEvent({ messageId: 5 as unknown as string, receivedAt: 7 as unknown as string })],
    ['no time of receipt', newEvent({ receivedAt: undefined as unknown as string })],
    ['nothing beside them', { type: 'track', messageId: 'm', projectId: 'p' }],
  ])('are what parsing finds: %s', (_, event) => {
    const line = JSON.stringify(event)
    const parsed = archivedEvent(line)
    expect(parsed).not.toBeNull()
    expect(pick(factsOfLine(line))).toEqual(pick(parsed))
    // Neither is written as the archive has it, and each is read all the same.
    for (const other of [JSON.stringify(event, null, 1), line.replace('"type"', '"\\u0074ype"')])
      expect(pick(factsOfLine(other))).toEqual(pick(archivedEvent(other)))
  })

  it('are those of its last members, where it has two of a name', () => {
    const line = JSON.stringify(newEvent()).replace(/}$/, ',"event":"last","messageId":"m9","name":null}')
    expect(pick(factsOfLine(line))).toEqual(pick(archivedEvent(line)))
    expect(factsOfLine(line)).toMatchObject({ event: 'last', messageId: 'm9' })
    const nothing = line.replace(/}$/, ',"event":null}')
    expect(pick(factsOfLine(nothing))).toEqual(pick(archivedEvent(nothing)))
  })

  it('are none of a line that was cut anywhere, or goes on', () => {
    const line = JSON.stringify(newEvent({ context: NESTED }))
    for (let length = 0; length < line.length; length++) expect(factsOfLine(line.slice(0, length))).toBeNull()
    for (const more of ['}', ']', ',', '"', 'x', line]) expect(factsOfLine(line + more)).toBeNull()
  })
})

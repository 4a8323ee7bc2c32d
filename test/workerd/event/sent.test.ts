import { expect, it } from 'vitest'
import { sentFacts } from '../../../src/event/index.ts'

const NOTHING = { type: null, name: null, messageId: null, userId: null, anonymousId: null }

it.each<[string, Partial<ReturnType<typeof sentFacts>>]>([
  ['{"type":"track","event":"Paid","userId":"u1"}', { type: 'track', name: 'Paid', userId: 'u1' }],
  [
    '{"type":"page","name":"Über \\"uns\\" 🎉","anonymousId":"a"}',
    { type: 'page', name: 'Über "uns" 🎉', anonymousId: 'a' },
  ],
  ['{"userId":157963456373623803,"messageId":"m"}', { userId: '157963456373623803', messageId: 'm' }],
  // What lies deeper is of something else.
  ['{"properties":{"event":"no","userId":"no"},"list":["event",{"type":"no"}],"type":"track"}', { type: 'track' }],
  ['{"context":{"a":[1,{"b":2}]},"event":"After"}', { name: 'After' }],
  // Cut within a value, a name, a number or an escape.
  ['{"type":"track","event":"Half a na', { type: 'track' }],
  ['{"type":"track","userId":12345', { type: 'track' }],
  ['{"type":"track","eve', { type: 'track' }],
  ['{"type":"track","event":"ends in \\', { type: 'track' }],
  ['{"type":true,"event":null,"userId":{"a":1},"messageId":["m"]}', {}],
  ['', {}],
  ['not JSON: type "track"', {}],
  ['[{"type":"track"}]', {}],
  ['"type"', {}],
  ['{"type":"track"} {"type":"page"}', { type: 'track' }],
  ['{"__proto__":{"type":"x"},"constructor":"y"}', {}],
])('%s', (text, facts) => {
  expect(sentFacts(text)).toEqual({ ...NOTHING, ...facts })
})

it('keeps names short', () => {
  expect(sentFacts(`{"event":"${'x'.repeat(450)}","type":"track"}`).name).toHaveLength(200)
})

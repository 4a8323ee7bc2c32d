import type { JsonObject, SpecEvent } from '../../event/index.ts'
import type { CertificationCheck } from '../check.ts'
import type { Probe } from '../probe.ts'
import { allTaken, expectTaken } from './answers.ts'

/** What valid events can hold, sooner or later. */
export const CONTENTS: readonly CertificationCheck[] = [
  {
    id: 'C112',
    grade: 'error',
    since: 1,
    title: 'An event of 32 KB is taken.',
    mend: 'Allow bodies of 64 KB at least: 32 KB is what one event may have before the platform’s own fields come on top.',
    look: async (probe) =>
      expectTaken(await probe.send(withData(probe, { certify_text: 'x'.repeat(31_000) })), 'An event of 32 KB'),
  },
  {
    id: 'C113',
    grade: 'error',
    since: 1,
    title: 'Letters of every script and emoji are taken, in keys and values.',
    mend: 'Read the body as UTF-8 and keep it in columns of four-byte characters (MySQL: utf8mb4).',
    look: async (probe) =>
      expectTaken(
        await probe.send(withData(probe, { 'ключ 😀': '秒速 𝄞 Ünïcode 👩‍🚀', text: 'a\u2028b\tc"d\\' })),
        'An event with letters of every script',
      ),
  },
  {
    id: 'C114',
    grade: 'error',
    since: 1,
    title: 'null is taken wherever a value can stand.',
    mend: 'Treat null as if the field were not there; that goes for userId and anonymousId too.',
    look: (probe) =>
      allTaken(
        probe,
        [
          withData(probe, { plan: null, nested: { value: null }, list: [null] }),
          probe.event(probe.call, { anonymousId: null }),
        ],
        'An event with null',
      ),
  },
  {
    id: 'C115',
    grade: 'error',
    since: 1,
    title: 'Fields that are new are let pass, context.replay among them.',
    mend: 'Do not check events against a closed list of fields.',
    look: (probe) => {
      const event = probe.event()
      const replay = { ...event.context, replay: { id: 'rpl_certification' } }
      return allTaken(
        probe,
        [
          { ...event, certifyNewField: { of: 'tomorrow' } },
          { ...probe.event(), context: { ...replay } },
        ],
        'An event with a field that is new',
      )
    },
  },
  {
    id: 'C116',
    grade: 'error',
    since: 1,
    title: 'Settings are read from their header, nested ones and none at all.',
    mend: 'X-Segment-Settings is base64 of a JSON object in UTF-8. Let settings pass that you do not know; e30= is {}.',
    look: async (probe) => {
      const { settings } = probe.subject
      const nested = { ...settings, certifyNested: { list: [1, { ключ: '😀' }], none: null } }
      return expectTaken(await probe.send(probe.event(), { settings: nested }), 'A request with nested settings')
    },
  },
]

/** A valid event with this among its own properties or traits. */
function withData(probe: Probe, data: JsonObject): SpecEvent {
  const { call } = probe
  const field = call === 'identify' || call === 'group' ? 'traits' : 'properties'
  return probe.event(
    call,
    call === 'alias' ? { context: { library: { name: 'sluice-certify' }, ...data } } : { [field]: data },
  )
}

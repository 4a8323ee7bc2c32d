import { type OddCaseName, sendOdd } from '../cases.ts'
import { statusesIn } from '../../deliver/index.ts'
import { type CertificationCheck, type CheckVerdict, failedBy, PASSED, skipped } from '../check.ts'
import type { Probe } from '../probe.ts'
import { expectTaken } from './answers.ts'

/** Events of a list that is tried, at most. */
const MOST_LISTED = 10

/** What valid events can hold, sooner or later. */
export const CONTENTS: readonly CertificationCheck[] = [
  {
    id: 'C112',
    grade: 'error',
    since: 1,
    title: 'An event of 32 KB is taken.',
    mend: 'Allow bodies of 64 KB at least: 32 KB is what one event may have before the platform’s own fields come on top.',
    look: async (probe) => expectTaken(await sendOdd(probe, '32-kb'), 'An event of 32 KB'),
  },
  {
    id: 'C113',
    grade: 'error',
    since: 1,
    title: 'Letters of every script and emoji are taken, in keys and values.',
    mend: 'Read the body as UTF-8 and keep it in columns of four-byte characters (MySQL: utf8mb4).',
    look: async (probe) => expectTaken(await sendOdd(probe, 'unicode'), 'An event with letters of every script'),
  },
  {
    id: 'C114',
    grade: 'error',
    since: 1,
    title: 'null is taken wherever a value can stand.',
    mend: 'Treat null as if the field were not there; that goes for userId and anonymousId too.',
    look: (probe) => allOddTaken(probe, ['nulls', 'no-visitor'], 'An event with null'),
  },
  {
    id: 'C115',
    grade: 'error',
    since: 1,
    title: 'Fields that are new are let pass, context.replay among them.',
    mend: 'Do not check events against a closed list of fields.',
    look: (probe) => allOddTaken(probe, ['new-fields', 'replayed'], 'An event with a field that is new'),
  },
  {
    id: 'C116',
    grade: 'error',
    since: 1,
    title: 'Settings are read from their header, nested ones and none at all.',
    mend: 'X-Segment-Settings is base64 of a JSON object in UTF-8. Let settings pass that you do not know; e30= is {}.',
    look: async (probe) => expectTaken(await sendOdd(probe, 'nested-settings'), 'A request with nested settings'),
  },
  {
    id: 'C129',
    grade: 'error',
    since: 3,
    title: 'A list of events is taken, and what is said of each fits.',
    mend: 'Take a JSON array, one event too; answer 2xx for all, or a list with one status for each event, in their order.',
    look: listTaken,
  },
]

/** Of a list with as many events as it says that it takes, ten at most. */
async function listTaken(probe: Probe): Promise<CheckVerdict> {
  const { batch } = probe.subject
  if (!batch) return skipped('It takes one event in a request.')
  const events = Array.from({ length: Math.min(batch.maxEvents, MOST_LISTED) }, () => probe.event())
  const exchange = await probe.send(events)
  const verdict = expectTaken(exchange, `A list of ${events.length} events`)
  const { reply } = exchange
  if (verdict.state !== 'passed' || !reply) return verdict
  const told = statusesIn(reply.body, reply.status, events.length)
  if (typeof told === 'string') return failedBy(exchange, told)
  const refused = told?.find(({ status }) => status < 200 || status > 299)
  return refused ? failedBy(exchange, `Of a valid event in the list it said ${refused.status}.`) : verdict
}

async function allOddTaken(probe: Probe, names: readonly OddCaseName[], what: string): Promise<CheckVerdict> {
  for (const name of names) {
    const verdict = expectTaken(await sendOdd(probe, name), what)
    if (verdict.state !== 'passed') return verdict
  }
  return PASSED
}

import { deadWords, failureWords } from '../../lane/index.ts'
import { plural } from '../../ui/counts.ts'
import { duration } from '../../ui/duration.ts'
import type { AlertFacts, RuleName } from './rules.ts'

/** An alert as far as words go. */
export interface Worded {
  rule: RuleName
  subjectId: string
  subjectName: string
  facts: AlertFacts
  openedAt: number
}

export interface AlertWords {
  title: string
  /** What happened. */
  text: string
  /** What to do. */
  todo: string
  /** Where: a path of the panel. */
  path: string
}

/** Why a replay has failed, by code. */
const REPLAY_ENDS: Partial<Record<string, string>> = {
  source_gone: 'Its source was deleted before all was read. ',
  destination_gone: 'Its destination was deleted. ',
}

/** What happened and what to do, of an alert as it was opened. */
export function describeAlert({ rule, subjectId, subjectName: name, facts, openedAt }: Worded): AlertWords {
  const number = (key: string) => Number(facts[key] ?? 0)
  const since = (key: string) => duration(openedAt - number(key))
  const why = typeof facts['why'] === 'string' ? facts['why'] : null
  const destination = `/destinations/${subjectId}`
  const waiting = number('waiting') === 0 ? '' : ` ${plural(number('waiting'), 'event waits', 'events wait')}.`
  switch (rule) {
    case 'success_rate': {
      const failed = number('attempts') - number('delivered')
      return {
        title: `${name} fails`,
        text: `Of ${plural(number('attempts'), 'attempt')} in 15 minutes ${failed.toLocaleString('en-GB')} failed${why === null ? '' : `: the endpoint ${failureWords(why)}`}.${waiting}`,
        todo: `Look at its last failures, and at the receiver.${waiting === '' ? '' : ' What waits is tried again by its schedule.'}`,
        path: destination,
      }
    }
    case 'pending_age':
      return {
        title: `Events for ${name} wait for long`,
        text: `${plural(number('waiting'), 'event waits', 'events wait')}, the oldest for ${since('oldestAt')}${why === null ? '' : `: ${deadWords(why)}`}.`,
        todo: 'Once the receiver is mended, Try one now on its page goes on at once. Too old, they become dead letters.',
        path: destination,
      }
    case 'disabled_by_receiver':
      return {
        title: `${name} was disabled by its receiver`,
        text: `The endpoint answered 410 Gone: it wants no more events.${waiting}`,
        todo: 'Ask who runs the endpoint; with a new address, save it and enable the destination.',
        path: destination,
      }
    case 'dead_letters':
      return {
        title: `${name} gives events up`,
        text: `${plural(number('dead'), 'event was', 'events were')} given up${why === null ? '' : `: ${deadWords(why)}`}.`,
        todo: 'Mend the reason, then send them again: they are kept for thirty days.',
        path: `${destination}/dead-letters`,
      }
    case 'source_silent':
      return {
        title: `${name} sends nothing`,
        text: `The last event came ${since('lastEventAt')} before; the longest silence of a week was ${duration(number('usualGapMs'))}.`,
        todo: 'See whether it still runs, and whether its write key is still right.',
        path: `/sources/${subjectId}`,
      }
    case 'rejected_share':
      return {
        title: `Much of what ${name} sends is rejected`,
        text: `Of ${plural(number('came'), 'event')} in half an hour ${number('rejected').toLocaleString('en-GB')} were rejected.`,
        todo: 'The debugger shows some of them with the reason of each.',
        path: `/sources/${subjectId}/debugger`,
      }
    case 'parked_message':
      return {
        title: 'A batch is parked',
        text: 'It could not be processed for a day. It is kept, and its events are in no archive yet.',
        todo: 'The health page of the deployment lists what is parked, and says how to put it on its way again.',
        path: '/healthz',
      }
    case 'sync_failed':
      return {
        title: `${name} cannot be loaded`,
        text: `${plural(number('failures'), 'sync', 'syncs')} in a row failed${typeof facts['words'] === 'string' ? `: ${facts['words']}` : '.'}`,
        todo: 'Test the connection on its page. It is tried again by itself, and nothing is left out meanwhile.',
        path: `/warehouses/${subjectId}`,
      }
    case 'pull_failed':
      return {
        title: `${name} cannot be pulled`,
        text: `It failed ${number('failures')} times in a row${typeof facts['words'] === 'string' ? `: ${facts['words']}` : '.'}`,
        todo: 'Test its connection on its page. It is tried again by itself, and nothing is left out meanwhile.',
        path: `/sources/${subjectId}/cloud`,
      }
    case 'integration_errors':
      return {
        title: `${name} fails with its customers`,
        text: `Of ${plural(number('attempts'), 'attempt')} in 15 minutes ${number('failed').toLocaleString('en-GB')} failed, with ${plural(number('customers'), 'customer')}; ${number('usual')} % is usual.`,
        todo: 'Look at your endpoint. Customers may not have noticed yet: what fails is tried again by its schedule.',
        path: `/integrations/${subjectId}/growth`,
      }
    case 'replay_failed':
      return {
        title: `The replay to ${name} failed`,
        text: `${REPLAY_ENDS[why ?? ''] ?? ''}What it had sent stays sent; the rest was not.`,
        todo: 'Its page says how far it came. Make it anew once that is mended.',
        path: `/replays/${subjectId}`,
      }
  }
}

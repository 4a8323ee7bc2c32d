import { type CertificationCheck, failedBy, PASSED, skipped } from '../check.ts'
import { type Exchange, exchangeWords, isTaken } from '../probe.ts'
import { countsOnce } from './answers.ts'

/** The longest that a run waits because the endpoint asks for it. */
const LONGEST_WAIT_MS = 10_000

/** What networks make of a delivery: the same one twice at once, cut off, or told to come again. */
export const REPEATS: readonly CertificationCheck[] = [
  {
    id: 'C125',
    grade: 'error',
    since: 2,
    title: 'The same event twice at the same time counts once.',
    mend: 'Let the database decide, by a unique key of projectId and messageId: whoever looks first and writes then counts both.',
    look: async (probe) => {
      const event = probe.event()
      const both = await Promise.all([probe.send(event), probe.send(event)])
      // One of them may be asked to come again.
      const wrong = both.find((one) => !isTaken(one) && !isLater(one)) ?? both.find((one) => !isTaken(one))
      if (wrong && (!isLater(wrong) || !both.some(isTaken)))
        return failedBy(wrong, `Of the same event twice at once one was answered with ${exchangeWords(wrong)}.`)
      return countsOnce(probe, event, both[1], 'Sent twice at once')
    },
  },
  {
    id: 'C126',
    grade: 'error',
    since: 2,
    title: 'An event whose connection was cut is taken when it comes again, and counts once.',
    mend: 'Keep no lock on a messageId beyond its request, and no half of an event: write it whole, then answer.',
    look: async (probe) => {
      const event = probe.event()
      // Just before its answer would come.
      await probe.abandon(event, Math.max(1, Math.floor((probe.memory.quickestMs ?? 1) * 0.8)))
      const again = await probe.send(event)
      if (!isTaken(again))
        return failedBy(again, `An event that was cut off and came again was answered with ${exchangeWords(again)}.`)
      return countsOnce(probe, event, again, 'Cut off and sent again')
    },
  },
  {
    id: 'C127',
    grade: 'error',
    since: 2,
    title: 'Whoever was told to wait is taken afterwards.',
    mend: 'Say in Retry-After when there is room again. The platform comes back then, with the same event.',
    look: async (probe) => {
      const { told } = probe.memory
      if (!told) return skipped('It asked nobody to wait.')
      const wait = Math.max(0, told.until - probe.ctx.now())
      if (wait > LONGEST_WAIT_MS)
        return skipped(`It asked to wait for ${Math.ceil(wait / 1_000)} s, which no run does.`)
      await probe.ctx.sleep(wait)
      const again = await probe.send(told.event)
      return isTaken(again)
        ? PASSED
        : failedBy(again, `After the wait that it asked for the event was answered with ${exchangeWords(again)}.`)
    },
  },
]

/** Whether the platform would try again. */
function isLater({ reply }: Exchange): boolean {
  return reply?.status === 429 || reply?.status === 503
}

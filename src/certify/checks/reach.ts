import { type CertificationCheck, failedBy, PASSED } from '../check.ts'
import { exchangeWords } from '../probe.ts'

/** Whether there is something to be asked at all: without these no other check says anything. */
export const REACH: readonly CertificationCheck[] = [
  {
    id: 'C101',
    grade: 'error',
    since: 1,
    title: 'The endpoint is an https address on a public host.',
    mend: 'Give an https:// address with a public name. While you build, --local allows addresses of your own machine.',
    look: (probe) => {
      const problem = probe.addressProblem()
      return problem ? { state: 'failed', why: `The endpoint ${problem}.` } : PASSED
    },
  },
  {
    id: 'C102',
    grade: 'error',
    since: 1,
    title: 'The endpoint answers: its name resolves, its certificate is valid, it speaks HTTP.',
    mend: 'What went wrong is what the connection says. A certificate has to be signed by a public authority, for this host.',
    look: async (probe) => {
      const exchange = await probe.send(probe.event())
      return exchange.reply || exchange.failed?.timeout
        ? PASSED
        : failedBy(exchange, `It gave ${exchangeWords(exchange)}.`)
    },
  },
]

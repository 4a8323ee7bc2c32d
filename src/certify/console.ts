import type { EventType } from '../event/index.ts'
import { ODD_CASES, type OddCaseName } from './cases.ts'
import type { CertifiedEndpoint } from './endpoint.ts'
import { type Exchange, Probe, type ProbeDeps } from './probe.ts'

/**
 * Sends one call, or an odd case, to an endpoint as a real delivery would be sent; answers each request with its reply, in
 * order. The caller has looked at the address.
 */
export async function sendTestCall(
  subject: CertifiedEndpoint,
  deps: ProbeDeps,
  name: EventType | OddCaseName,
): Promise<readonly Exchange[]> {
  const probe = new Probe(subject, deps)
  if (!isOdd(name)) {
    await probe.send(probe.event(name))
    return probe.exchanges
  }
  const odd = ODD_CASES[name]
  const sending = odd.make(probe)
  for (let n = 0; n < ('times' in odd ? odd.times : 1); n++) await probe.make(sending)
  return probe.exchanges
}

function isOdd(name: EventType | OddCaseName): name is OddCaseName {
  return Object.hasOwn(ODD_CASES, name)
}

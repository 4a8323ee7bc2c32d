import { type Caller, countersFrom, patienceOf } from '../../accounts/index.ts'
import { SAMPLES, tryOut } from '../../deliver/index.ts'
import { EVENT_TYPES } from '../../event/index.ts'
import { refuseAddress } from '../../integrations/index.ts'
import { messageOf, refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { exampleOrder } from './input.ts'

/** What a partner's endpoint answered. */
export interface ExampleSent {
  /** The request, as it went out. */
  request: { url: string; headers: Record<string, string>; body: string }
  /** Absent: there was no answer, and `words` say why. */
  status?: number
  words: string
  tookMs: number
}

const TIMEOUT_MS = 5_000
/** What an endpoint is given for its key: everybody knows it, and it opens nothing. */
const EXAMPLE_KEY = 'example-api-key'

/**
 * Sends a call of the spec to a stranger's endpoint, as a direct integration gets it: through the guard of all outgoing
 * addresses, at most ten in a quarter of an hour from one address and thirty to one host. Throws `Refusal` 400 with the field
 * `endpoint` for what may not be sent to, 409 (with `Retry-After`) when it was too often.
 */
export async function sendExample(deps: ControlDeps, caller: Caller, body: unknown): Promise<ExampleSent> {
  const { type, endpoint } = checked(exampleOrder, body)
  const why = refuseAddress(endpoint, deps.allowLocal)
  if (why !== undefined) throw refusal(400, `This address ${why}.`, 'endpoint')
  const counters = countersFrom(caller.address, 'example', new URL(endpoint).hostname)
  const full = await patienceOf(caller, deps.accounts, counters)
  if (full) throw refusal(409, messageOf(full.problems), 'endpoint')
  const integration = {
    name: 'Example',
    kind: 'direct' as const,
    endpoint,
    timeoutMs: TIMEOUT_MS,
    supports: EVENT_TYPES,
  }
  const target = {
    destinationId: 'example',
    integration,
    settings: { apiKey: EXAMPLE_KEY },
    channels: ['server' as const],
  }
  const sent = await tryOut(SAMPLES[type], target, 'src_example', deps)
  if ('rejected' in sent) throw new Error(`the example of ${type} is no event: ${sent.rejected}`)
  const [one] = sent.requests
  const words = sent.message ?? wordsOf(one?.status)
  const { url = endpoint, headers = {}, body: text = '' } = one?.sample.request ?? {}
  return {
    request: { url, headers, body: text },
    words,
    tookMs: sent.tookMs,
    ...(one?.status !== undefined && { status: one.status }),
  }
}

function wordsOf(status: number | undefined): string {
  if (status === undefined) return 'There was no answer within five seconds.'
  return status < 300 ? 'It was taken.' : 'It was not taken.'
}

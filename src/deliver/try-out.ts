import { type Context, type OutgoingRequest, randomId } from '../context.ts'
import type { AllowLocal, Target } from '../integrations/index.ts'
import type { Outcome, Sample } from '../lane/index.ts'
import { filterCode } from '../match/index.ts'
import type { Candidate } from '../settings/index.ts'
import { type EventType, type JsonObject, normalise, type RejectCode, type SpecEvent } from '../event/index.ts'
import { best, buildRequests, sendList, sendRequest, type Sent } from './send.ts'

/** What trying a destination out came to: the event as it was sent, each request with its answer, and what it means. */
export interface TriedOut {
  event: SpecEvent
  requests: TriedRequest[]
  outcome: Outcome
  message?: string
  tookMs: number
}

/** One request and its answer. Headers that can hold keys or signatures are hidden. */
export interface TriedRequest {
  sample: Sample
  outcome: Outcome
  status?: number
  tookMs: number
}

export interface TryOutDeps {
  ctx: Context
  allowLocal: AllowLocal
}

/**
 * Sends one event the way of a real one: what the rules of matching keep from a destination is filtered here too, and
 * request, guard, timeout and reading of the answer are those of deliver. It passes neither queue nor lane and is in no
 * ledger and no archive. The event says what it is: `context.sluice.test`, and a `messageId` that begins with `test-`. Answers the code of the rejection when it is no valid event.
 */
export async function tryOut(
  raw: JsonObject,
  target: Target & Candidate,
  sourceId: string,
  deps: TryOutDeps,
): Promise<TriedOut | { rejected: RejectCode }> {
  const began = deps.ctx.now()
  const checked = normalise(marked(raw, deps.ctx), {
    receivedAt: began,
    projectId: sourceId,
    channel: 'server',
    newMessageId: () => testId(deps.ctx),
  })
  if (!checked.ok) return { rejected: checked.code }
  const { event } = checked
  const code = filterCode(event, target)
  if (code) return { event, requests: [], outcome: { kind: 'filtered', code }, tookMs: 0 }
  // To one that takes batches also a single event goes as a list.
  const requests = await buildRequests(target.batch ? [event] : event, target, deps)
  if (!Array.isArray(requests)) return { event, requests: [], ...requests }
  const { timeoutMs } = target.integration
  const ask = async (request: OutgoingRequest): Promise<Sent[]> =>
    target.batch
      ? sendList(request, 1, { timeoutMs, always: true }, deps.ctx)
      : [await sendRequest(request, timeoutMs, deps.ctx, true)]
  const sent = (await Promise.all(requests.map(ask))).flat()
  const { outcome, message } = best(sent)
  return {
    event,
    requests: sent.map(({ sample, outcome, status, tookMs }, index) => ({
      sample: sample ?? bare(requests[index]),
      outcome,
      tookMs,
      ...(status !== undefined && { status }),
    })),
    outcome,
    ...(message !== undefined && { message }),
    tookMs: deps.ctx.now() - began,
  }
}

/** Something plausible of each type, to be sent as it is or changed first. */
export const SAMPLES: Record<EventType, JsonObject> = {
  track: {
    type: 'track',
    userId: 'test-user',
    event: 'Order Completed',
    properties: {
      order_id: 'test-order',
      revenue: 25,
      currency: 'EUR',
      products: [{ sku: 'A-1', quantity: 1, price: 25 }],
    },
  },
  identify: {
    type: 'identify',
    userId: 'test-user',
    traits: { email: 'test@example.com', name: 'Test Person', plan: 'pro' },
  },
  page: {
    type: 'page',
    anonymousId: 'test-visitor',
    name: 'Pricing',
    properties: { url: 'https://example.com/pricing', path: '/pricing', title: 'Pricing' },
  },
  screen: { type: 'screen', anonymousId: 'test-visitor', name: 'Home', properties: { tab: 'today' } },
  group: {
    type: 'group',
    userId: 'test-user',
    groupId: 'test-company',
    traits: { name: 'Test Company', employees: 12 },
  },
  alias: { type: 'alias', userId: 'test-user', previousId: 'test-visitor' },
}

function marked(raw: JsonObject, ctx: Context): JsonObject {
  const context = typeof raw.context === 'object' && raw.context !== null ? raw.context : {}
  return {
    ...raw,
    messageId: testId(ctx),
    context: { library: { name: 'sluice-test', version: '1' }, ...context, sluice: { test: true } },
  }
}

function testId(ctx: Context): string {
  return randomId(ctx, 'test-')
}

function bare(request: OutgoingRequest | undefined): Sample {
  return { at: '', request: { method: request?.method ?? '', url: request?.url ?? '', headers: {}, body: '' } }
}

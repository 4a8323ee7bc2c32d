import type { Context, OutgoingRequest } from '../../../src/context.ts'
import { API_KEY, BUILT_IN, type SettingField, type Integration, type Target } from '../../../src/integrations/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'

export function newEvent(facts: Partial<SpecEvent> = {}): SpecEvent {
  return {
    type: 'track',
    event: 'Größe geändert 🎉',
    userId: 'u1',
    messageId: 'm1',
    projectId: 'src_1',
    channel: 'server',
    version: 2,
    context: { ip: '203.0.113.9' },
    integrations: {},
    properties: { 'naïve "key"': ['ü', '\u2028', '漢字', '<&>'] },
    timestamp: '2030-01-01T00:00:01.100Z',
    originalTimestamp: '2030-01-01T00:00:01.000Z',
    receivedAt: '2030-01-01T00:00:02.100Z',
    ...facts,
  }
}

export function webhook(settings: Record<string, unknown> = {}): Target {
  const [integration] = BUILT_IN
  if (!integration) throw new Error('Webhooks are gone.')
  return { destinationId: 'dst_1', integration, settings: { urls: ['https://hooks.example.com/in'], ...settings } }
}

export function direct(settings: Record<string, unknown> = {}, facts: Partial<Integration> = {}): Target {
  const { integration } = webhook()
  const fields: SettingField[] = [API_KEY]
  return {
    destinationId: 'dst_2',
    integration: {
      ...integration,
      id: 'int_1',
      slug: 'partner',
      name: 'Partner',
      kind: 'direct',
      endpoint: 'https://partner.example.com/in',
      fields,
      timeoutMs: 10_000,
      ...facts,
    },
    settings: { apiKey: 'segment', ...settings },
  }
}

/** A context on its own clock, which only `sleep` and the test itself move, and what was sent through it. */
export function virtual(answer: (request: OutgoingRequest) => Promise<Response> | Response = () => new Response()) {
  const sent: (OutgoingRequest & { at: number; timeoutMs: number })[] = []
  const logged: unknown[][] = []
  const clock = { now: 1_893_456_000_000 }
  const ctx: Context = {
    now: () => clock.now,
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
    fetch: async (request: OutgoingRequest, timeoutMs) => {
      sent.push({ ...request, at: clock.now, timeoutMs })
      return answer(request)
    },
    log: (...line) => void logged.push(line),
  }
  return { ctx, sent, logged, clock }
}

/** A clock on which `sleep` waits; `run` moves it on whenever nothing but sleepers is left. */
export function ticking(clock: { now: number }) {
  const sleepers: { at: number; wake: () => void }[] = []
  const sleep = (ms: number) => new Promise<void>((wake) => sleepers.push({ at: clock.now + ms, wake }))
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const state = { done: false }
    const watched = work.finally(() => (state.done = true))
    watched.catch(() => undefined)
    for (let idle = 0; !state.done && idle < 2_000;) {
      // Long enough for whatever is under way in the runtime to come back, R2 included.
      await new Promise((resolve) => setTimeout(resolve, 1))
      const next = sleepers.toSorted((a, b) => a.at - b.at)[0]
      if (!next || state.done) {
        idle++
        continue
      }
      idle = 0
      sleepers.splice(sleepers.indexOf(next), 1)
      clock.now = Math.max(clock.now, next.at)
      next.wake()
    }
    if (!state.done) throw new Error('the work waits for something that does not come')
    return watched
  }
  return { sleep, run }
}

import { refusal } from '../../refusal.ts'
import type { ControlDeps } from '../request.ts'
import { getSource } from './queries.ts'

/** An event for who has no terminal at hand; it says of itself that it is none of a customer's. */
const SAMPLE = {
  type: 'track',
  event: 'Sample Event',
  anonymousId: 'sample',
  properties: { sentFrom: 'control panel' },
  context: { library: { name: 'sluice-panel' } },
}

/**
 * Sends one event by the source's newest key, on the way that an SDK's takes. `origin`: of this deployment. Throws `Refusal` 404,
 * 409 when the source is disabled or has no key, or whatever an SDK would be told.
 */
export async function sendSample(
  { db, ingest }: Pick<ControlDeps, 'db' | 'ingest'>,
  workspaceId: string,
  sourceId: string,
  origin: string,
): Promise<void> {
  const { enabled, writeKeys } = await getSource(db, workspaceId, sourceId)
  if (!enabled) throw refusal(409, 'This source is disabled: it takes no events.')
  const writeKey = writeKeys.at(-1)
  if (writeKey === undefined) throw refusal(409, 'This source has no write key: add one first.')
  const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' }
  const body = JSON.stringify(SAMPLE)
  const reply = await ingest(new Request(`${origin}/v1/track`, { method: 'POST', headers, body }))
  if (reply.ok) return
  const { message } = (await reply.json().catch(() => ({}))) as { message?: string }
  throw refusal(409, `The event was answered ${reply.status}: ${message ?? 'without a word why'}`)
}

import { EVENT_TYPES, type EventFacts } from '../event/index.ts'
import { USER_AGENT } from '../version.ts'
import { BATCH_FIELDS } from './batch.ts'
import type { BuildRequests, Integration } from './integration.ts'
import { digest, segmentSignature, standardSignature } from './signature.ts'

interface WebhookSettings {
  urls: string[]
  headers?: Record<string, string>
  sharedSecret?: string
  signingSecret?: string
  previousSigningSecret?: string
}

/** Every event as a JSON POST to up to five URLs, signed in Segment's way and in that of Standard Webhooks. */
export const webhooks: Integration = {
  id: 'webhooks',
  slug: 'webhooks',
  name: 'Webhooks',
  kind: 'webhook',
  categories: ['Raw Data'],
  description: 'Sends every event as a JSON POST to addresses of your choice.',
  status: 'PUBLIC',
  supports: EVENT_TYPES,
  rate: null,
  timeoutMs: 5_000,
  fields: [
    {
      name: 'urls',
      label: 'URLs',
      type: 'list',
      format: 'url',
      maxItems: 5,
      required: true,
      description: 'Where events are posted, at most five. An event has arrived when one of them answers 2xx.',
    },
    {
      name: 'calls',
      label: 'Calls',
      type: 'list',
      format: 'call',
      maxItems: EVENT_TYPES.length,
      required: false,
      description: `Only events of these are sent: ${EVENT_TYPES.join(', ')}. Without any, all are.`,
    },
    {
      name: 'headers',
      label: 'Headers',
      type: 'map',
      format: 'headers',
      required: false,
      description: 'Sent with every request, such as Authorization.',
    },
    {
      name: 'sharedSecret',
      label: 'Shared secret',
      type: 'secret',
      required: false,
      description: 'Adds X-Signature: the hex HMAC-SHA1 of the body, as Segment signs.',
    },
    {
      name: 'signingSecret',
      label: 'Signing secret',
      type: 'secret',
      format: 'whsec',
      required: false,
      description: 'Adds webhook-signature as Standard Webhooks defines it. Begins with whsec_.',
    },
    {
      name: 'previousSigningSecret',
      label: 'Previous signing secret',
      type: 'secret',
      format: 'whsec',
      required: false,
      description: 'While you rotate: requests carry a signature with this secret too.',
    },
    ...BATCH_FIELDS,
  ],
}

const PLAIN_ID = /^[A-Za-z0-9_-]+$/

export const webhookRequests: BuildRequests = async (what, target, at, body) => {
  const settings = target.settings as unknown as WebhookSettings
  const id = isList(what) ? await batchId(what) : await webhookId(what)
  const seconds = Math.floor(at / 1_000)
  const headers: Record<string, string> = {
    ...settings.headers,
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
  }
  if (settings.sharedSecret) headers['X-Signature'] = await segmentSignature(settings.sharedSecret, body)
  const secrets = [settings.signingSecret, settings.previousSigningSecret].filter((secret) => secret !== undefined)
  if (secrets.length > 0) headers['webhook-signature'] = await standardSignature(secrets, id, seconds, body)
  return settings.urls.map((url) => ({ method: 'POST', url, headers, body }))
}

/**
 * The same over all attempts, and another for another source's event of the same id. Ids that are not plain (they are
 * the client's choice) are replaced by a digest.
 */
function webhookId({ messageId, projectId }: EventFacts): string | Promise<string> {
  if (PLAIN_ID.test(messageId)) return `msg_${projectId}_${messageId}`
  return digest(messageId).then((id) => `msg_${projectId}_${id}`)
}

/** That of a batch: the same for the same events in the same order, so over all attempts that it has as this batch. */
async function batchId(events: readonly EventFacts[]): Promise<string> {
  const ids = events.map(({ messageId, projectId }) => [projectId, messageId])
  return `msg_${events[0]?.projectId}_batch_${await digest(JSON.stringify(ids))}`
}

function isList(what: EventFacts | readonly EventFacts[]): what is readonly EventFacts[] {
  return Array.isArray(what)
}

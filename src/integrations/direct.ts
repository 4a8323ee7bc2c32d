import { Buffer } from 'node:buffer'
import { type BuildRequests, InvalidSettings } from './integration.ts'
import type { SettingField } from './fields.ts'
import { USER_AGENT } from '../version.ts'

/** The setting that every direct integration has: the customer's API key of the partner. */
export const API_KEY: SettingField = {
  name: 'apiKey',
  label: 'API key',
  type: 'secret',
  required: true,
  description: 'Your API key of this tool.',
}

/**
 * One event a POST to the partner's endpoint: Basic authentication with the key as user name, the other settings as
 * base64 JSON in `X-Segment-Settings` (Segment's partner documentation, "direct destination").
 */
export const directRequests: BuildRequests = (_what, { integration, settings }, _at, body) => {
  const { apiKey, ...others } = settings
  if (!integration.endpoint) throw new InvalidSettings(`${integration.name} has no endpoint`)
  return Promise.resolve([
    {
      method: 'POST',
      url: integration.endpoint,
      headers: {
        Authorization: `Basic ${base64(`${String(apiKey)}:`)}`,
        'X-Segment-Settings': base64(JSON.stringify(others)),
        'Content-Type': 'application/json',
        'User-Agent': USER_AGENT,
        Accept: '*/*',
        'Cache-Control': 'no-cache',
      },
      body,
    },
  ])
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

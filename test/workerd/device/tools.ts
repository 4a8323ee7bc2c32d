import { expect } from 'vitest'
import type { Platform } from '../../../src/wiring.ts'
import { type DestinationReply, type IntegrationReply, ask, newIntegration } from '../api/client.ts'

/** The settings that SDKs fetch, as far as tests look into them. */
export interface ClientSettings {
  integrations: Record<string, Record<string, unknown>> & {
    'Segment.io': { apiKey: string; apiHost: string; unbundledIntegrations: string[] }
  }
  remotePlugins: {
    name: string
    creationName: string
    libraryName: string
    url: string
    settings: Record<string, unknown>
  }[]
  [section: string]: unknown
}

let hosts = 0

/** Asked for at an address of its own, of which the edge has no copy yet. */
export async function fetchSettings(
  at: Platform,
  writeKey: string,
  host = `h${hosts++}.sluice.test`,
): Promise<ClientSettings> {
  const response = await at.http.fetch(new Request(`https://${host}/v1/projects/${writeKey}/settings`))
  expect(response.status).toBe(200)
  return response.json()
}

export interface Facts {
  sdks?: string[]
  plugin?: Record<string, unknown>
  defaultMode?: string
  [fact: string]: unknown
}

/** With a cloud half unless `endpoint` is undefined. */
export function newPackaged(
  at: Platform,
  { sdks, plugin, defaultMode, ...facts }: Facts = {},
): Promise<IntegrationReply> {
  return newIntegration(at, {
    kind: 'packaged',
    device: {
      sdks: sdks ?? ['browser'],
      plugin: plugin ?? { type: 'remote', url: 'https://cdn.partner.example.com/plugin.js', libraryName: 'partner' },
      ...(defaultMode !== undefined && { defaultMode }),
    },
    ...facts,
  })
}

export async function connect(
  at: Platform,
  sourceId: string,
  metadataId: string,
  facts: Record<string, unknown> = {},
): Promise<DestinationReply & { mode?: string }> {
  const body = { sourceId, metadataId, settings: {}, ...facts }
  return (await ask<{ destination: DestinationReply }>(at, 'POST', '/api/destinations', body)).destination
}

/** What a destination can be: the catalogue's own entries, their settings, and the requests they make. */
import { directRequests } from './direct.ts'
import type { BuildRequests, Integration, Kind } from './integration.ts'
import { webhookRequests, webhooks } from './webhook.ts'

/** Integrations that need no entry in the database. */
export const BUILT_IN: readonly Integration[] = [webhooks]

/** How each kind sends. */
export const REQUESTS: Record<Kind, BuildRequests> = { webhook: webhookRequests, direct: directRequests }

export { refuseAddress } from './address.ts'
export { API_KEY } from './direct.ts'
export { FIELD_TYPES, isSecret, validateSettings } from './fields.ts'
export type { Field, FieldType, SettingsIssue, SettingsValues } from './fields.ts'
export { ALL_CHANNELS, InvalidSettings } from './integration.ts'
export type { BuildRequests, Integration, Kind, Target } from './integration.ts'

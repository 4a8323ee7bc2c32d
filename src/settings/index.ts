/** D1: workspaces, sources, write keys, integrations and destinations, and what an isolate knows of them. */
export { candidateOf } from './candidate.ts'
export { SettingsCache, SettingsUnavailable } from './cache.ts'
export { integrationOfRow, type IntegrationRow, resolveIntegration } from './catalog.ts'
export { type Database, missingTables, openDatabase } from './database.ts'
export { destinationOfRow, type DestinationRow, destinationRows, disableDestination } from './destinations.ts'
export type { BatchTerms } from '../integrations/index.ts'
export { type KeyOwner, MOST_KEY_CHARS } from './known-keys.ts'
export { trimChanges } from './changes.ts'
export { patiently } from './patience.ts'
export { within } from './lookup-cache.ts'
export {
  hideAddress,
  KEEP,
  keepMasked,
  keptSecrets,
  maskAddress,
  maskAddresses,
  maskSecrets,
  withKept,
  withoutSecrets,
} from './mask.ts'
export { nameInMail, nameProblem } from './names.ts'
export { noteObjectLog } from './object-logs.ts'
export { loadReplayTarget, sourceExists } from './plan.ts'
export {
  firstOfRollout,
  type Rollout,
  ROLLOUT_SHARES,
  type RolloutShare,
  type SentContent,
  versionOf,
} from './rollout.ts'
export {
  compareKeys,
  cursorOf,
  cutPage,
  type Key,
  type Listed,
  mapPage,
  type Page,
  type PagePlace,
  placeOfCursor,
  readPage,
} from './paged.ts'

export { full, over, readQuotas, takeBack, unlessFull } from './quotas.ts'
export { objectLogs, sources, workspaces } from './schema.ts'
export { fingerprint, hideAddresses } from './hidden.ts'
export {
  type Candidate,
  type Destination,
  type DeviceDestination,
  type LaneConfig,
  type ReplayTerms,
  type Plan,
  type PlanDestination,
  type Schedule,
  SCHEDULE_NAMES,
  type ScheduleName,
  type Source,
} from './types.ts'
export { createWorkspace, ensureWorkspace, FIRST_WORKSPACE, renameWorkspace } from './workspaces.ts'
export { unlessTaken } from './unique.ts'
export { contains, folded } from './contains.ts'
export { destinations, integrations, writeKeys } from './schema.ts'

/** D1: workspaces, sources, write keys, integrations and destinations, and what an isolate knows of them. */
export { SettingsCache, SettingsUnavailable } from './cache.ts'
export {
  catalogueKey,
  createIntegration,
  findIntegration,
  type IntegrationChanges,
  type IntegrationInput,
  listIntegrations,
  updateIntegration,
} from './catalog.ts'
export { type Database, missingTables, openDatabase } from './database.ts'
export {
  closed,
  createDestination,
  deleteDestination,
  destinationNames,
  destinationsOfSource,
  disableDestination,
  getDestination,
  InvalidDestinationSettings,
  listDestinations,
  updateDestination,
  withoutFormerSecrets,
} from './destinations.ts'
export {
  describeDestination,
  describeSource,
  type DestinationLine,
  searchDestinations,
  searchSources,
  type SourceDescription,
  type SourceLine,
} from './listing.ts'
export { giveKey, keyHolder, type KeyHolder, releaseKey } from './keys.ts'
export { type KeyOwner } from './known-keys.ts'
export { trimChanges } from './changes.ts'
export { within } from './remembered.ts'
export { hideAddress, maskAddress, maskAddresses, maskSecrets } from './mask.ts'
export { nameInMail, nameProblem } from './names.ts'
export {
  cursorOf,
  cutPage,
  type Key,
  type Listed,
  mapPage,
  type Page,
  type Place,
  placeOfCursor,
  readPage,
} from './paged.ts'
export { idsAfter, progressOf, saveProgress } from './progress.ts'
export { full, over, type Quotas, readQuotas, unlessFull } from './quotas.ts'
export { sources, workspaces } from './schema.ts'
export { type Snapshot, snapshot, type Snapshotted, sourceOfDestination } from './snapshots.ts'
export {
  addWriteKey,
  createSource,
  deleteSource,
  getSource,
  listSources,
  revokeWriteKey,
  sourceIds,
  updateSource,
} from './sources.ts'
export {
  type Addressee,
  type CustomSchedule,
  type Destination,
  type DeviceDestination,
  type LaneConfig,
  type Plan,
  type PlanDestination,
  type Schedule,
  SCHEDULE_NAMES,
  type ScheduleName,
  SettingsError,
  type Source,
} from './types.ts'
export { createWorkspace, FIRST_WORKSPACE, renameWorkspace } from './workspaces.ts'

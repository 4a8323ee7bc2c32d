/** D1: workspaces, sources, write keys, integrations, destinations and API tokens, and what an isolate knows of them. */
export { type KeyOwner, SettingsCache, SettingsUnavailable } from './cache.ts'
export {
  createIntegration,
  findIntegration,
  type IntegrationChanges,
  type IntegrationInput,
  listIntegrations,
  updateIntegration,
} from './catalog.ts'
export { type Database, missingTables, openDatabase, type Page } from './database.ts'
export {
  closed,
  createDestination,
  deleteDestination,
  destinationsOfSource,
  disableDestination,
  getDestination,
  InvalidDestinationSettings,
  listDestinations,
  updateDestination,
} from './destinations.ts'
export {
  addWriteKey,
  createSource,
  deleteSource,
  everyId,
  getSource,
  listSources,
  revokeWriteKey,
  updateSource,
} from './sources.ts'
export { createToken, deleteToken, FIRST_WORKSPACE, listTokens, workspaceOfToken } from './tokens.ts'
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

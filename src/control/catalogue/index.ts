export { circleColumns, closedToUser, closedWords, type CatalogueEntry, entryOfRow } from './circle.ts'
export { createIntegration, importManifest, refuseBroken, updateIntegration } from './commands.ts'
export { type Difference, differencesOf, isWordsOnly } from './difference.ts'
export { manifestOf } from './manifest.ts'
export { isPictureName, type PictureName, pictureUrls } from './pictures.ts'
export { presentFields, presentIntegration, presentSourceKind } from './present.ts'
export {
  describeOwnIntegration,
  findEntry,
  findIntegration,
  findPicture,
  listEntries,
  listIntegrations,
  listOwnIntegrations,
  bodyOfPage,
  type OwnIntegration,
} from './queries.ts'
export { betaGuests, integrationPages, integrationVersions } from './schema.ts'
export {
  type Attempts,
  bodyOfColumns,
  contentOfRow,
  type RolloutFigures,
  type VersionBody,
  versionColumns,
  type VersionContent,
  VERSION_STATES,
  type VersionState,
} from './versions.ts'

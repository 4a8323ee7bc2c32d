export { circleColumns, closedToUser, closedWords, type CatalogueEntry, entryOfRow } from './circle.ts'
export { createIntegration, importManifest, updateIntegration } from './commands.ts'
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
  type OwnIntegration,
} from './queries.ts'
export { betaGuests } from './schema.ts'

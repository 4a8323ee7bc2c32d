export { actByPlatform, insertVersionEntry, tidyLifecycles, type VersionEntry } from './commands.ts'
export { addressOfMaker, findReview, getLiving, type Living, type Review } from './queries.ts'
export { type LifeActor } from './states.ts'

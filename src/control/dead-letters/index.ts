/** Dead letters of destinations and of replays: listed, sent once more, downloaded, by API and pages alike. */
export { deadLetterRoutes } from './api.ts'
export type { Lettered, Owner } from './owner.ts'

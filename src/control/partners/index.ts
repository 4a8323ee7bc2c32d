export { tidyApplications } from './commands.ts'
export { medianAnswer } from './queries.ts'
export { PARTNER_KINDS, type PartnerKind } from './states.ts'
export { KIND_NAMES, KIND_WORDS } from './words.ts'

import type { Pages } from '../../feature.ts'
import { applicationPages, partnerPages } from './routes.tsx'

export const PAGES: Pages = { '/partners': partnerPages, '/applications': applicationPages }
export { WordsField } from './words-field.tsx'
export { keepAddress } from './private.ts'
export { HoneyPot, isByProgram } from './honeypot.tsx'

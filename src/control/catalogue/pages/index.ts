import type { Pages } from '../../feature.ts'
import { cataloguePages } from './routes.tsx'

export const PAGES: Pages = { '/catalogue': cataloguePages }

export { filledStep } from './filled-step.tsx'
export { IntegrationDocs, IntegrationMaker } from './words.tsx'
export { catalogueStatus } from './categories.ts'
export { kindName, kindWords } from './categories.ts'

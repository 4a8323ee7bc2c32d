import type { Pages } from '../../feature.ts'
import { askingPages, givenPages, givingPages } from './routes.tsx'

export const PAGES: Pages = { '/partners': askingPages, '/streams': givingPages, '/destinations': givenPages }

export { SharedWith } from './shared-with.tsx'

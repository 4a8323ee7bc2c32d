import type { Pages } from '../../feature.ts'
import { sourcePages } from './routes.tsx'

export { StrayNotice, straysOf } from './strays.tsx'
export { sourceHead, SourceTabs } from './tabs.tsx'

export const PAGES: Pages = { '/sources': sourcePages }

import type { Pages } from '../../feature.ts'
import { labelPages, sourceLabelPages } from './routes.tsx'

export { LabelTags } from './tags.tsx'

export const PAGES: Pages = { '/labels': labelPages, '/sources/:id/labels': sourceLabelPages }

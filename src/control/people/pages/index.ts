export { LinkMade, type Made } from './link-made.tsx'
import type { Pages } from '../../feature.ts'
import { peoplePages } from './routes.tsx'

export { personOf } from './profile.tsx'
export { roleName } from '../words.ts'

export const PAGES: Pages = { '/': peoplePages }

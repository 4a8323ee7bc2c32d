import type { Feature } from '../feature.ts'
import { quotableRoutes, storyRoutes } from './api.ts'
import { customerStories } from './schema.ts'

/** A star. */
const STAR = { path: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z' }

export const FEATURE: Feature = {
  api: { '/stories': storyRoutes, '/integrations': quotableRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'stories', label: 'Stories', href: '/stories', icon: STAR, group: 'deployment', needs: 'programme:read' },
  tables: [customerStories],
}

import type { Feature } from '../feature.ts'
import { replayRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { replays } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/replays': replayRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'replays', label: 'Replays', href: '/replays', icon: 'send', group: 'main' },
  flash: FLASH,
  tables: [replays],
  subjects: SUBJECTS,
}

import type { Feature } from '../feature.ts'
import { programmeRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { programme } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

/** A flag. */
const FLAG = { path: 'M3.5 14V2.5h8.5l-2 3 2 3H3.5' }

export const FEATURE: Feature = {
  api: { '/programme': programmeRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'programme',
    label: 'Programme',
    href: '/programme',
    icon: FLAG,
    group: 'deployment',
    needs: 'programme:write',
  },
  flash: FLASH,
  tables: [programme],
  subjects: SUBJECTS,
}

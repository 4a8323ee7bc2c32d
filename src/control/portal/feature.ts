import type { Feature } from '../feature.ts'
import { FLASH } from './flash.ts'

/** Two pieces that are put together. */
const PIECES = { path: 'M2.5 6.5h4v-4h7v7h-4v4h-7zM6.5 6.5v3h3' }

export const FEATURE: Feature = {
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'integrations',
    label: 'Your integrations',
    href: '/integrations',
    icon: PIECES,
    group: 'workspace',
    needs: 'integrations:write',
  },
  flash: FLASH,
}

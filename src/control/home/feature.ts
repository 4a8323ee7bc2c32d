import type { Feature } from '../feature.ts'

export const FEATURE: Feature = {
  pages: () => import('./pages/index.ts'),
  nav: { key: 'home', label: 'Overview', href: '/', icon: 'home', group: 'main' },
}

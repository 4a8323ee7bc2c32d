import type { Feature } from '../feature.ts'
import { destinationRoutes } from './api.ts'
import { DEVICE } from './carriers/device.ts'
import { LANE } from './carriers/lane.ts'
import { FLASH } from './flash.ts'
import { destinationHealth } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/destinations': destinationRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'destinations', label: 'Destinations', href: '/destinations', icon: 'destination', group: 'main' },
  carriers: { lane: LANE, device: DEVICE },
  flash: FLASH,
  tables: [destinationHealth],
  subjects: SUBJECTS,
}

import type { Feature } from '../feature.ts'
import { warehouseRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { warehouses, warehouseSources } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

const DISKS =
  'M3 4.5C3 3.4 5.2 2.5 8 2.5s5 .9 5 2-2.2 2-5 2-5-.9-5-2v7c0 1.1 2.2 2 5 2s5-.9 5-2v-7M3 8c0 1.1 2.2 2 5 2s5-.9 5-2'

export const FEATURE: Feature = {
  api: { '/warehouses': warehouseRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'warehouses',
    label: 'Warehouses',
    href: '/warehouses',
    icon: { path: DISKS },
    group: 'main',
    needs: 'warehouses:read',
  },
  flash: FLASH,
  tables: [warehouses, warehouseSources],
  subjects: SUBJECTS,
}

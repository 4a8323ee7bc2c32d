import type { Pages } from '../../feature.ts'
import { warehousePages } from './routes.tsx'

export const PAGES: Pages = { '/warehouses': warehousePages }

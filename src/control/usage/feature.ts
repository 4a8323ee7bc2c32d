import type { Feature } from '../feature.ts'
import { usageDays } from './schema.ts'

export const FEATURE: Feature = {
  tables: [usageDays],
}

import type { Pages } from '../../feature.ts'
import { destinationPages } from './routes.tsx'

export { delayWords } from './figures/numbers.ts'
export { deadWords, failureWords } from './figures/standing.ts'
export { metricsOf } from './metrics.ts'
export { DestinationTable } from './table.tsx'

export const PAGES: Pages = { '/destinations': destinationPages }

import type { Pages } from '../../feature.ts'
import { DEVICE_PAGES } from './carriers/device.tsx'
import { LANE_PAGES } from './carriers/lane.tsx'
import { destinationPages } from './routes.tsx'

export { Chart } from './figures/chart.tsx'
export { delayWords } from './figures/numbers.ts'
export { destinationHead } from './tabs.tsx'
export { DestinationState } from './state.tsx'
export { DestinationTable } from './table.tsx'
export { settingsIn } from './read-settings.ts'
export { RegionField } from './region.tsx'
export { SettingFields } from './setting-fields.tsx'

export const PAGES: Pages = { '/destinations': destinationPages }
export const CARRIER_PAGES = { lane: LANE_PAGES, device: DEVICE_PAGES }

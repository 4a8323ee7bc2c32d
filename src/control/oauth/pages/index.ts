import type { Pages } from '../../feature.ts'
import { accessPages, authorizePages, clientPages, metadataPages } from './routes.tsx'

export const PAGES: Pages = {
  '/.well-known': metadataPages,
  '/oauth': authorizePages,
  '/integrations': clientPages,
  '/destinations': accessPages,
}

import type { Pages } from '../../feature.ts'
import { redeliveryPages, replayAnswerPages } from './routes.tsx'

export const PAGES: Pages = { '/integrations': redeliveryPages, '/destinations': replayAnswerPages }

import type { Pages } from '../../feature.ts'
import { replayPages } from './routes.tsx'

export const PAGES: Pages = { '/replays': replayPages }

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'endpoint-returned': ['good', 'What waits goes at once, at your declared pace.'],
  'replay-requested': ['good', 'Customers find it at their destination.'],
  'replay-request-withdrawn': ['good', 'Nobody can agree to it any more. What was begun goes on.'],
  'replay-agreed': ['good', 'The replay has begun: it counts, and then runs by itself.'],
  'replay-declined': ['good', 'Nothing is sent again.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

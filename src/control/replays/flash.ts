import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'replay-created': ['info', 'It is being counted. Nothing is sent until you start it.'],
  'replay-running': ['good', 'It runs. What comes in goes first.'],
  'replay-paused': ['info', 'Paused. It sends nothing until you resume it.'],
  'replay-cancelled': ['info', 'Cancelled. What was not sent stays unsent.'],
  'replay-paced': ['good', 'It goes at its new pace.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

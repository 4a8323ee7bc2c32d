import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'maintenance-planned': ['good', 'It is planned: those hours count for no score.'],
  'maintenance-withdrawn': ['good', 'It is not planned any more.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'reviewer-named': ['good', 'They review applications from their next click on.'],
  'reviewer-withdrawn': ['good', 'They review no applications any more. What they decided stays in the record.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

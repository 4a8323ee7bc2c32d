import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'application-decided': ['good', 'The applicant is told, in your words.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'certification-begun': ['info', 'It has begun. The key is forgotten when it is over.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

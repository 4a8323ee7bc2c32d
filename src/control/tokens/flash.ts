import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'token-revoked': ['good', 'The token is revoked. It opens nothing any more.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

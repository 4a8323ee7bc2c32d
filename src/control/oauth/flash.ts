import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'client-saved': ['good', 'The client is saved.'],
  'client-deleted': ['good', 'The client is gone, and so is all that customers have allowed it.'],
  'grant-revoked': ['good', 'It opens nothing any more. The destination stays as it is.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

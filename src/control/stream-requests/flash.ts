import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'stream-given': ['good', 'It is given. Events of these calls are sent from now on; here you take it back.'],
  'stream-revoked': ['good', 'It is taken back. Nothing is sent there any more.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

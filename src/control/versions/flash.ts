import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'version-submitted': ['good', 'One destination of a hundred has it within a minute. It goes on by itself.'],
  'version-live': ['good', 'It is live.'],
  'version-reverted': ['good', 'Customers have again what they had before, within a minute.'],
  'draft-deleted': ['good', 'The draft is forgotten.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

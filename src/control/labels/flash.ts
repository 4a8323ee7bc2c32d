import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'label-created': ['good', 'The label is there. A source gets it in its settings.'],
  'label-deleted': ['good', 'The label is deleted, and no source has it any more.'],
  'labels-saved': ['good', 'The source has these labels now.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

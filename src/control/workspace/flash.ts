import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'workspace-renamed': ['good', 'The workspace has its new name.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

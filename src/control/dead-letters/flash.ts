import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'letters-redriven': ['good', 'On their way again. What becomes of them stands under “Sent again”.'],
  'letters-none': ['info', 'Nothing was sent: it is on its way already, or nothing was chosen.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

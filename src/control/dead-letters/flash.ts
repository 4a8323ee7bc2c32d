import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'letters-redriven': ['good', 'On their way again. What becomes of them stands under “Sent again”.'],
  'letters-looking': [
    'good',
    'It looks for them now, and sends what it finds. How far it is stands under “Sent again”.',
  ],
  'redrive-cancelled': ['info', 'Cancelled. What was on its way goes on; what was not stays a dead letter.'],
  'letters-none': ['info', 'Nothing was sent: it is on its way already, or nothing was chosen.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

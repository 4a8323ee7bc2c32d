import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'application-decided': ['good', 'The applicant is told, in your words.'],
  'link-mailed': ['good', 'A link is on its way to your address. It works once, for an hour.'],
  'no-link': ['warn', 'No link is mailed to you here: sign in with your password.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'programme-saved': ['good', 'Saved. Public pages and mails say it from now on.'],
  'programme-saved-less': [
    'warn',
    'Saved, but the logo had parts that no picture needs (scripts, links, styles): they are out.',
  ],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

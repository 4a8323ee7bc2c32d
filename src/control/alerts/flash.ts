import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'alert-closed': ['good', 'Closed.'],
  'alerts-read': ['good', 'All of them count as read.'],
  'alerts-muted': ['info', 'You hear nothing of alerts any more. They are listed here all the same.'],
  'alerts-unmuted': ['good', 'You hear of alerts again.'],
  'alert-rules-saved': ['good', 'Saved. It is in force within five minutes.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

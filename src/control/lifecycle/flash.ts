import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'lifecycle-changed': ['good', 'It is done, and stands in the record.'],
  'submission-decided': ['good', 'The partner is told, in your words.'],
  'consent-saved': ['good', 'It is saved.'],
  'beta-joined': ['good', 'It is in your catalogue. Connect it to a source.'],
  'beta-link-withdrawn': ['good', 'The invitation opens nothing any more. Who followed it stays.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

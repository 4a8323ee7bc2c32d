import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'integration-created': ['good', 'It is there, and yours alone until it is published.'],
  'manifest-imported': ['good', 'Imported: it is what the manifest says.'],
  'integration-saved': ['good', 'Saved. Destinations go by it within a minute.'],
  'integration-saved-less': [
    'warn',
    'Saved, but a picture had parts that no picture needs (scripts, links, styles): they are out.',
  ],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

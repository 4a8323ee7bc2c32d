import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'integration-created': ['good', 'It is there, and yours alone until it is published.'],
  'manifest-imported': ['good', 'Imported: it is what the manifest says.'],
  'draft-saved': ['good', 'Saved as a draft: customers have it once you submit it, under Versions.'],
  'draft-saved-less': [
    'warn',
    'Saved as a draft, but a picture had parts that no picture needs (scripts, links, styles): they are out.',
  ],
  'integration-saved': ['good', 'Saved. Destinations go by it within a minute.'],
  'integration-saved-less': [
    'warn',
    'Saved, but a picture had parts that no picture needs (scripts, links, styles): they are out.',
  ],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

/** What is said after an integration was saved. */
export function savedAs({ draft, removed }: { draft: number | null; removed: readonly string[] }): keyof typeof FLASH {
  if (draft !== null) return removed.length > 0 ? 'draft-saved-less' : 'draft-saved'
  return removed.length > 0 ? 'integration-saved-less' : 'integration-saved'
}

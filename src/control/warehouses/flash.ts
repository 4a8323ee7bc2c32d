import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'warehouse-created': ['good', 'The warehouse is there. Choose the sources that it loads.'],
  'warehouse-saved': ['good', 'Saved. The next sync goes by it.'],
  'warehouse-enabled': ['good', 'Enabled. A sync begins now, from where the last one stopped.'],
  'warehouse-disabled': ['info', 'Disabled. Nothing is loaded until you enable it; nothing is left out then.'],
  'warehouse-deleted': ['good', 'Deleted. What is in the warehouse stays there.'],
  'source-connected': ['good', 'Connected. The next sync loads it.'],
  'source-disconnected': ['info', 'Disconnected. Its tables stay as they are.'],
  'selection-saved': ['good', 'Saved. The next sync goes by it.'],
  'sync-begun': ['good', 'A sync has begun.'],
  'backfill-begun': ['good', 'It is being read, beside the syncs.'],
  'backfill-cancelled': ['info', 'Cancelled. What was loaded stays.'],
  'retyping-begun': ['good', 'A new column is being filled from the archive, beside the syncs.'],
  'retyping-cancelled': ['info', 'Cancelled. The column stays as it was.'],
  'erasure-begun': ['good', 'Their rows are being removed, table by table.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'cloud-connected': ['good', 'Saved. A run begins now.'],
  'cloud-allowed': ['good', 'It is allowed. A run begins now.'],
  'cloud-added': ['good', 'Added. They are read whole in a run that begins now.'],
  'cloud-paused': ['info', 'Paused. Nothing is pulled until you resume it; what changes meanwhile is read then.'],
  'cloud-resumed': ['good', 'Resumed. It goes on where it stopped.'],
  'cloud-pull-begun': ['good', 'A run has begun.'],
  'cloud-disconnected': ['info', 'Disconnected. What was pulled stays in the archive and in warehouses.'],
  'cloud-tables-dropped': [
    'info',
    'Disconnected. Its tables are being dropped: each warehouse says under “Backfill, erase” how far it is.',
  ],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'
import { IN_FORCE, ON_DEVICES } from '../delays.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'destination-created': ['good', 'The destination is there, and disabled. Try it out, then enable it.'],
  'destination-enabled': ['good', `Enabled. Events flow ${IN_FORCE}.`],
  'tool-enabled': ['good', `Enabled. Devices load it ${ON_DEVICES}.`],
  'destination-disabled': ['info', 'Disabled. It takes no new events.'],
  'destination-paused': ['info', 'Paused. It keeps taking events and sends none until you resume it.'],
  'destination-resumed': ['good', 'Resumed. What waited is being sent.'],
  'destination-tried': ['info', 'One event is being tried. When it arrives, all others follow.'],
  'destination-saved': ['good', `Saved. It is in force ${IN_FORCE}.`],
  'tool-saved': ['good', `Saved. Devices know of it ${ON_DEVICES}.`],
  'destination-deleted': ['good', 'The destination is deleted.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

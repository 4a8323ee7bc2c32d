import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'
import { IN_FORCE } from '../delays.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'source-created': ['good', 'The source is there. The code below sends it events.'],
  'sample-sent': [
    'good',
    'A sample event is sent. It shows here in about three seconds, and goes where all others go.',
  ],
  'source-saved': ['good', `Saved. It is in force ${IN_FORCE}.`],
  'source-deleted': ['good', 'The source and its destinations are deleted. Its archive is untouched.'],
  'key-added': ['good', 'The new write key works now. Move your clients over, then revoke the old one.'],
  'key-revoked': ['good', `The write key is revoked: ${IN_FORCE} nothing is accepted with it any more.`],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

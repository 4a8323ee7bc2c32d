import { flashOf, type FlashTexts } from '../../ui/layout/flash.ts'

/** What a page says after something was done here. */
export const FLASH = {
  'member-changed': ['good', 'The role is changed. It counts from the next click on.'],
  'member-removed': ['good', 'The person is no longer a member.'],
  'invite-withdrawn': ['good', 'The invitation is withdrawn. Its link is worth nothing now.'],
  'name-saved': ['good', 'Your name is changed.'],
  'password-saved': ['good', 'Your password is changed. Everywhere else you are signed out.'],
  'session-ended': ['good', 'Done. That session has ended.'],
  'two-factor-on': ['good', 'From now on signing in takes a code of your app too.'],
  'two-factor-off': ['good', 'From now on signing in takes your password only.'],
} as const satisfies FlashTexts

export const withFlash = flashOf(FLASH)

import type { Tone } from '../components/badge.tsx'
import { IN_FORCE, ON_DEVICES } from '../delays.ts'
import type { PanelContext } from '../deps.ts'

/** What a page says after something was done. The address carries only the name, never the words. */
const SAID = {
  'source-created': ['good', 'The source is there. The code below sends it events.'],
  'source-saved': ['good', `Saved. It is in force ${IN_FORCE}.`],
  'source-deleted': ['good', 'The source and its destinations are deleted. Its archive is untouched.'],
  'key-added': ['good', 'The new write key works now. Move your clients over, then revoke the old one.'],
  'key-revoked': ['good', `The write key is revoked: ${IN_FORCE} nothing is accepted with it any more.`],
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
  'member-changed': ['good', 'The role is changed. It counts from the next click on.'],
  'member-removed': ['good', 'The person is no longer a member.'],
  'invite-withdrawn': ['good', 'The invitation is withdrawn. Its link is worth nothing now.'],
  'token-revoked': ['good', 'The token is revoked. It opens nothing any more.'],
  'workspace-renamed': ['good', 'The workspace has its new name.'],
  'name-saved': ['good', 'Your name is changed.'],
  'password-saved': ['good', 'Your password is changed. Everywhere else you are signed out.'],
  'session-ended': ['good', 'Done. That session has ended.'],
  'two-factor-on': ['good', 'From now on signing in takes a code of your app too.'],
  'two-factor-off': ['good', 'From now on signing in takes your password only.'],
} as const satisfies Record<string, readonly [Tone, string]>

export type Said = keyof typeof SAID

/** Where to go after a form: the page says what was done. */
export function saying(path: string, said: Said): string {
  return `${path}${path.includes('?') ? '&' : '?'}said=${said}`
}

export function noticeOf(c: PanelContext): { tone: Tone; title: string } | undefined {
  const said = c.req.query('said') ?? ''
  if (!Object.hasOwn(SAID, said)) return undefined
  const [tone, title] = SAID[said as Said]
  return { tone, title }
}

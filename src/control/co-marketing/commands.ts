import { type Caller, countersFrom, patienceOf } from '../../accounts/index.ts'
import { messageOf, refusal } from '../../refusal.ts'
import { nameInMail } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { mailItsContact } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { newStory } from './input.ts'
import { insertStory } from './store.ts'

/**
 * Takes in what a partner tells of a customer, and tells whoever runs the programme. `body` is what a stranger sent. Throws
 * `Refusal` 400 with every problem and its field, 409 (with `Retry-After`) when it was tried too often.
 */
export async function createStory(deps: ControlDeps, caller: Caller, body: unknown): Promise<void> {
  const given = checked(newStory, body)
  const full = await patienceOf(caller, deps.accounts, countersFrom(caller.address, 'feedback', given.email))
  if (full) throw refusal(409, messageOf(full.problems))
  await insertStory(deps.db, given)
  await mailItsContact(deps, `${nameInMail(given.company)} tells of a customer`, [
    `${given.company} (${given.email}) tells of ${given.customer}, who has agreed to be asked:`,
    given.words,
    `${caller.origin}/stories`,
  ])
}

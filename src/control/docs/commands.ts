import { type Caller, countersFrom, patienceOf } from '../../accounts/index.ts'
import { messageOf, refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { newFeedback } from './input.ts'
import { docPages } from './pages.ts'
import { insertFeedback } from './store.ts'

/** A reader says whether a page helped. Throws `Refusal` 400, 404 when there is no such page, 409 when it was too often. */
export async function createFeedback(
  { db, accounts }: Pick<ControlDeps, 'db' | 'accounts'>,
  caller: Caller,
  page: string,
  body: unknown,
): Promise<void> {
  if ((await docPages()).every(({ slug }) => slug !== page)) throw refusal(404, `There is no page ${page}.`)
  const { helpful, words } = checked(newFeedback, body)
  const full = await patienceOf(caller, accounts, countersFrom(caller.address, 'feedback', page))
  if (full) throw refusal(409, messageOf(full.problems))
  await insertFeedback(db, { page, helpful: helpful === 'yes', words })
}

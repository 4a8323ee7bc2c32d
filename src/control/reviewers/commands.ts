import { endReviewer, nameReviewer, type Reviewer } from '../../accounts/index.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { newReviewer } from './input.ts'

type Deps = Pick<ControlDeps, 'accounts'>

/** `body` is what a caller sent, `by` who names them. Throws `Refusal` 400 or 409 with the field. */
export function createReviewer({ accounts }: Deps, by: string, body: unknown): Promise<Reviewer> {
  return nameReviewer(accounts, checked(newReviewer, body).email, by)
}

/** Throws 404 where there is none. What they decided stays. */
export function withdrawReviewer({ accounts }: Deps, userId: string): Promise<void> {
  return endReviewer(accounts, userId)
}

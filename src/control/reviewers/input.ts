import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'

/** `{"email":"…"}`: the address that the person signs in with. */
export const newReviewer = v.strictObject({
  email: v.pipe(
    v.string('Must be text.'),
    v.check((address) => emailProblems(address).length === 0, 'This is not an e-mail address.'),
  ),
})

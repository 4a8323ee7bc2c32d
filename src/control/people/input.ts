import * as v from 'valibot'
import { ROLES } from '../../accounts/index.ts'

const role = v.picklist(ROLES, `Must be one of ${ROLES.join(', ')}.`)

/** Sources of a source admin: ids that were ticked, and names, slugs or ids with commas between them. */
const sources = v.optional(
  v.strictObject({
    ticked: v.optional(v.array(v.string('Must be text.'), 'Must be a list of ids.'), []),
    named: v.optional(v.string('Must be text.'), ''),
  }),
  {},
)

export const newInvite = v.strictObject({ email: v.string('Must be text.'), role, sources })

export const memberChanges = v.strictObject({ role, sources })

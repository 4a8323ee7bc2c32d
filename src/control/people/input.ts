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

const label = v.looseObject({})
const permission = v.strictObject({
  roleId: role,
  /** Answers have it, and clients send them back. */
  roleName: v.optional(v.string('Must be text.')),
  resources: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          id: v.string('Must be text.'),
          type: v.picklist(
            ['SOURCE', 'WORKSPACE'],
            'Must be SOURCE or WORKSPACE: there are no rights of anything else.',
          ),
          labels: v.optional(v.array(label, 'Must be a list.')),
        }),
        'Must be a list of what the role is of.',
      ),
      v.maxLength(50, 'At most 50 sources.'),
    ),
    [],
  ),
  labels: v.optional(v.array(label, 'Must be a list.')),
})
const permissionList = v.pipe(
  v.array(permission, 'Must be a list of roles, each with what it is of.'),
  v.minLength(1, 'Name at least one role.'),
  v.maxLength(50, 'At most 50 roles.'),
)

export const userPermissions = v.strictObject({ permissions: permissionList })

/** Invitations that one request makes: each may be a mail. */
const MOST_INVITED = 20

export const newInvites = v.strictObject({
  invites: v.pipe(
    v.array(
      v.strictObject({ email: v.string('Must be text.'), permissions: permissionList }),
      'Must be a list of addresses, each with its permissions.',
    ),
    v.minLength(1, 'Invite somebody.'),
    v.maxLength(MOST_INVITED, `At most ${MOST_INVITED} at a time.`),
  ),
})

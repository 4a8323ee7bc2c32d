import * as v from 'valibot'
import { PERMISSIONS } from '../../accounts/index.ts'
import { name } from '../input.ts'

const scope = v.union(
  [
    v.picklist(['full', 'read-only']),
    v.pipe(v.array(v.picklist(PERMISSIONS)), v.minLength(1, 'At least one permission.')),
  ],
  `Must be full, read-only, or a list of ${PERMISSIONS.join(', ')}.`,
)

export const newToken = v.strictObject({ name, scope: v.optional(scope, 'full') })

import * as v from 'valibot'
import { name } from '../input.ts'

export const workspaceChanges = v.strictObject({ name })

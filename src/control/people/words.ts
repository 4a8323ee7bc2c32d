import type { Role } from '../../accounts/index.ts'

const NAMES: Record<Role, string> = {
  owner: 'Owner',
  member: 'Member',
  'source-admin': 'Source admin',
  'read-only': 'Read-only',
}

export const ROLE_HELP: Record<Role, string> = {
  owner: 'Everything, people and API tokens among it.',
  member: 'Reads and changes sources and destinations.',
  'source-admin': 'Changes the sources granted to them and their destinations, reads the rest.',
  'read-only': 'Sees everything but tokens and the audit trail, changes nothing.',
}

/** Those roles of Segment's that mean the same have their names in the API. */
const API_NAMES: Partial<Record<Role, string>> = { owner: 'Workspace Owner', 'source-admin': 'Source Admin' }

export const apiRoleName = (role: Role): string => API_NAMES[role] ?? NAMES[role]

export const roleName = (role: Role): string => NAMES[role]

/** In a sentence: "as an owner". */
export function roleWords(role: Role): string {
  const name = NAMES[role].toLowerCase()
  return role === 'read-only' ? 'a read-only member' : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

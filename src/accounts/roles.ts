/** What somebody can be in a workspace. */
export const ROLES = ['owner', 'member', 'source-admin', 'read-only'] as const
export type Role = (typeof ROLES)[number]

/** `own`: only with the sources that were granted to the source admin, and with their destinations. */
type Extent = 'all' | 'own' | 'no'

/** The one table of who may do what; columns in the order of `ROLES`. */
const TABLE = {
  'workspace:read': ['all', 'all', 'all', 'all'],
  'workspace:write': ['all', 'no', 'no', 'no'],
  'sources:read': ['all', 'all', 'all', 'all'],
  'sources:write': ['all', 'all', 'own', 'no'],
  'destinations:read': ['all', 'all', 'all', 'all'],
  'destinations:write': ['all', 'all', 'own', 'no'],
  'warehouses:read': ['all', 'all', 'all', 'all'],
  /** One has events of several sources, so it is nothing for whoever has some of them. */
  'warehouses:write': ['all', 'all', 'no', 'no'],
  'integrations:read': ['all', 'all', 'all', 'all'],
  'integrations:write': ['all', 'all', 'no', 'no'],
  'events:read': ['all', 'all', 'all', 'all'],
  'members:read': ['all', 'all', 'all', 'all'],
  'members:write': ['all', 'no', 'no', 'no'],
  'tokens:read': ['all', 'no', 'no', 'no'],
  'tokens:write': ['all', 'no', 'no', 'no'],
  'alerts:read': ['all', 'all', 'all', 'all'],
  'alerts:write': ['all', 'all', 'no', 'no'],
  'audit:read': ['all', 'no', 'no', 'no'],
  /** Of the whole deployment; the first workspace only, see `guard.ts`. */
  'deployment:operate': ['all', 'no', 'no', 'no'],
} as const satisfies Record<string, readonly [Extent, Extent, Extent, Extent]>

export type Permission = keyof typeof TABLE
export const PERMISSIONS = Object.keys(TABLE) as Permission[]

/** What a role alone says of a permission. */
export function extentOf(role: Role, permission: Permission): Extent {
  return TABLE[permission][ROLES.indexOf(role)] ?? 'no'
}

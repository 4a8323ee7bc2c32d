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
} as const satisfies Record<string, readonly [Extent, Extent, Extent, Extent]>

/**
 * What somebody can be in the whole deployment, beside what they are in a workspace: owners of the first workspace are
 * operators, reviewers are named by these.
 */
export const DEPLOYMENT_ROLES = ['operator', 'reviewer'] as const
export type DeploymentRole = (typeof DEPLOYMENT_ROLES)[number]

/** The same of what is the whole deployment's; columns in the order of `DEPLOYMENT_ROLES`. */
const DEPLOYMENT_TABLE = {
  'deployment:operate': ['all', 'no'],
  'applications:read': ['all', 'all'],
  'applications:decide': ['all', 'all'],
  'submissions:read': ['all', 'all'],
  'submissions:decide': ['all', 'all'],
  'programme:read': ['all', 'all'],
  'programme:write': ['all', 'no'],
  'reviewers:read': ['all', 'all'],
  'reviewers:write': ['all', 'no'],
} as const satisfies Record<string, readonly [Extent, Extent]>

type WorkspacePermission = keyof typeof TABLE
export type DeploymentPermission = keyof typeof DEPLOYMENT_TABLE
export type Permission = WorkspacePermission | DeploymentPermission
export const DEPLOYMENT_PERMISSIONS = Object.keys(DEPLOYMENT_TABLE) as DeploymentPermission[]
export const PERMISSIONS = [...Object.keys(TABLE), ...DEPLOYMENT_PERMISSIONS] as Permission[]

/** Whether a permission is about the whole deployment, and no role of a workspace has it. */
export function isOfDeployment(permission: Permission): permission is DeploymentPermission {
  return Object.hasOwn(DEPLOYMENT_TABLE, permission)
}

/** What a role alone says of a permission. */
export function extentOf(role: Role | DeploymentRole, permission: Permission): Extent {
  if (isOfDeployment(permission)) {
    return DEPLOYMENT_TABLE[permission][DEPLOYMENT_ROLES.indexOf(role as DeploymentRole)] ?? 'no'
  }
  return TABLE[permission][ROLES.indexOf(role as Role)] ?? 'no'
}

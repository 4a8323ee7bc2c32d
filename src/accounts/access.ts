import { FIRST_WORKSPACE } from '../settings/index.ts'
import { type DeploymentRole, extentOf, isOfDeployment, type Permission, type Role } from './roles.ts'

/** Who makes a request, and what it may do: in Hono's context as `access`, put there by the guard alone. */
export interface Access {
  workspaceId: string
  role: Role
  /** What they are in the whole deployment, if anything. */
  deployment?: DeploymentRole
  /** A person, signed in. */
  userId?: string
  /** A token of the API; `admin` is the secret `ADMIN_TOKEN`. */
  tokenId?: string
  /** For a token: the person who made it, unless that was the deployment. */
  madeBy?: string
  /** For a source admin: the sources that were granted. */
  sources?: string[]
  /** For a token whose scope is narrower than its role. */
  permissions?: Permission[]
  /** For a client of a partner: what a customer has allowed it. */
  grant?: { id: string; clientName: string; destinationId: string }
}

/** Somebody who is signed in: in Hono's context as `person`, beside `access`, which needs a workspace too. */
export interface Person {
  userId: string
  sessionId: string
  name: string
  email: string
  twoFactor: boolean
  /** Those that the person belongs to. */
  workspaces: Membership[]
}

export interface Membership {
  id: string
  name: string
  role: Role
  sources: string[]
  /** What has happened there that the person has not seen, up to a hundred. */
  unread?: number
}

/** What a handler behind the guard finds in Hono's context. */
export interface AccessEnv {
  Variables: {
    access: Access
    /** Absent for a token. */
    person: Person | undefined
    /** What the handler has made, see `auditSubject`. */
    made: readonly { type: string; id: string }[] | undefined
    /** Nothing was changed although the request is well, see `skipAudit`. */
    unchanged: true | undefined
  }
}

/**
 * Whether `access` allows something, with `sourceId` for what belongs to a source. Pages ask it to leave out what would
 * be refused; the refusal itself is the guard's, by the same words.
 */
export function may(access: Access, permission: Permission, sourceId?: string): boolean {
  if (access.permissions && !access.permissions.includes(permission)) return false
  if (isOfDeployment(permission)) {
    return access.deployment !== undefined && extentOf(access.deployment, permission) === 'all'
  }
  const extent = extentOf(access.role, permission)
  if (extent === 'own') return sourceId !== undefined && (access.sources ?? []).includes(sourceId)
  return extent === 'all'
}

/** Where the whole deployment is concerned: what somebody is who has `role` in a workspace and may be a reviewer. */
export function deploymentRoleOf(workspaceId: string, role: Role, isReviewer: boolean): Pick<Access, 'deployment'> {
  if (workspaceId === FIRST_WORKSPACE && role === 'owner') return { deployment: 'operator' }
  return isReviewer ? { deployment: 'reviewer' } : {}
}

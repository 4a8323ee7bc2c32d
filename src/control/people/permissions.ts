import { type Rights, type Role, ROLES } from '../../accounts/index.ts'
import { type Problem, problem } from '../../refusal.ts'
import { apiRoleName, ROLE_HELP } from './words.ts'

/** A part of what somebody may do, as the Public API says it: a role, and of what. */
export interface PermissionGrant {
  roleId: Role
  /** Of a source admin the sources; of the others nothing, or the workspace. */
  resources: readonly { id: string; type: 'SOURCE' | 'WORKSPACE'; labels?: readonly unknown[] | undefined }[]
  labels?: readonly unknown[] | undefined
}

/** Whoever has the later one has what the earlier allows. */
const BY_EXTENT = ['read-only', 'source-admin', 'member', 'owner'] as const satisfies readonly Role[]

/** All that somebody may do: here it is one role. */
export function presentPermissions({ role, sources }: Rights, workspaceId: string) {
  const resources =
    role === 'source-admin'
      ? sources.map((id) => ({ id, type: 'SOURCE' as const }))
      : [{ id: workspaceId, type: 'WORKSPACE' as const }]
  return [{ roleId: role, roleName: apiRoleName(role), resources }]
}

/** What rights hold of a list: the widest role has what the others have, and source admins of several sources are one. */
export function unitedRights(all: readonly Rights[]): Rights {
  const role = BY_EXTENT.findLast((one) => all.some((rights) => rights.role === one)) ?? 'read-only'
  const sources = role === 'source-admin' ? [...new Set(all.flatMap((rights) => rights.sources))] : []
  return { role, sources }
}

export const rightsOfPermission = ({ roleId, resources }: PermissionGrant): Rights => ({
  role: roleId,
  sources: roleId === 'source-admin' ? resources.map(({ id }) => id) : [],
})

/** What of permissions there is no role for. `field`: that of their list. */
export function permissionProblems(
  permissions: readonly PermissionGrant[],
  workspaceId: string,
  field: string,
): Problem[] {
  return permissions.flatMap(({ roleId, resources, labels = [] }, index) => {
    const at = `${field}.${index}`
    const byLabel = [labels, ...resources.map((one) => one.labels ?? [])].some((some) => some.length > 0)
    if (byLabel) return [problem('Nobody has rights by label here: name the sources.', `${at}.resources`)]
    const fits =
      roleId === 'source-admin'
        ? resources.length > 0 && resources.every(({ type }) => type === 'SOURCE')
        : resources.every(({ type, id }) => type === 'WORKSPACE' && id === workspaceId)
    if (fits) return []
    const message =
      roleId === 'source-admin'
        ? 'A source admin has sources: name each as {"id":"…","type":"SOURCE"}.'
        : `This role is one of the whole workspace: {"id":"${workspaceId}","type":"WORKSPACE"}, or nothing. Of some sources alone it is source-admin.`
    return [problem(message, `${at}.resources`)]
  })
}

/** The Public API's Role. */
export const PRESENTED_ROLES = ROLES.map((id) => ({ id, name: apiRoleName(id), description: ROLE_HELP[id] }))

import type { Permission, TokenScope } from '../../../accounts/index.ts'

export function scopeWords(scope: TokenScope): string {
  if (scope === 'full') return 'Everything'
  if (scope === 'read-only') return 'Reading only'
  return scope.map(permissionWords).join(', ')
}

export function permissionWords(permission: Permission): string {
  const [what = '', how = ''] = permission.split(':')
  return `${how[0]?.toUpperCase()}${how.slice(1)} ${what}`
}

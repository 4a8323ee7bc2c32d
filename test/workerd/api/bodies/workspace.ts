export const workspaceChanges = { name: 'n' }

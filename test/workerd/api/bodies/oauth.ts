export const newClient = { name: 'n', redirectUris: ['https://acme.example/back'] }
export const clientChanges = { name: 'n' }
export const grantedChanges = { enabled: true }

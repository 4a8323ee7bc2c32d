export const newToken = { name: 'n', scope: ['sources:read'] }

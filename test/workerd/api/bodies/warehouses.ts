export const newWarehouse = {
  metadataId: 'postgres',
  name: 'n',
  enabled: true,
  settings: { host: 'db.example.com', database: 'd', username: 'u', password: 'p' },
  schedule: { everyMinutes: 60, at: '00:15' },
}

export const warehouseChanges = {
  name: 'n',
  enabled: false,
  settings: { database: 'e' },
  schedule: { everyMinutes: 1_440, at: '03:30' },
}

export const warehouseValidation = {
  metadataId: 'postgres',
  settings: { host: 'db.example.com', database: 'd', username: 'u', password: 'p' },
}

export const newConnection = { since: '2026-11-01T00:00:00Z' }

export const selectiveSyncChanges = {
  syncOverrides: [{ sourceId: 's', collection: 'tracks', property: 'event', enabled: false }],
}

export const advancedSchedule = {
  enabled: true,
  schedule: { times: [{ hourOfDay: 3, enabled: true }], timezone: 'Europe/Berlin' },
}

export const newBackfill = { sourceId: 's', from: '2026-11-01T00:00:00Z', collections: ['tracks'] }

export const newErasure = { userIds: ['u'] }

export const newRetyping = { sourceId: 's', collection: 'tracks', property: 'name', type: 'text' }

export const newSource = { slug: 's', name: 'n', enabled: true, metadataId: 'http-api', settings: {}, writeKey: 'k' }

export const sourceChanges = { name: 'n', enabled: true }

export const newWriteKey = { writeKey: 'k' }

export const releasedKey = { note: 'n' }

export const givenKey = { sourceId: 's', note: 'n' }

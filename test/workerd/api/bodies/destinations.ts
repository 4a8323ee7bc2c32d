export const newDestination = {
  sourceId: 's',
  metadataId: 'm',
  name: 'n',
  enabled: true,
  paused: false,
  settings: {},
  mode: 'cloud',
  rate: 1,
  concurrency: 1,
  maxInFlight: 12,
  schedule: { delaysSeconds: [0, 1], ageSeconds: 10 },
}

export const destinationChanges = {
  name: 'n',
  enabled: true,
  paused: true,
  settings: {},
  mode: 'device',
  rate: null,
  concurrency: 2,
  maxInFlight: 24,
  schedule: 'segment-4h',
}

export const testEvent = { event: { type: 'track' } }

export const newReplay = {
  sourceId: 's',
  destinationId: 'd',
  from: '2026-11-01T00:00:00Z',
  until: '2026-11-08T00:00:00Z',
  types: ['track'],
  events: ['Order *'],
  userIds: ['u'],
  sample: 0.5,
  share: 0.5,
  dryRun: true,
}

export const replayChanges = { state: 'paused', share: 0.5 }

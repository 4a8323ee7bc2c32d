export const newSource = {
  slug: 's',
  name: 'n',
  enabled: true,
  metadataId: 'http-api',
  eventsPerSecond: 5,
  settings: {},
  writeKey: 'k',
}

export const sourceChanges = { name: 'n', enabled: true, eventsPerSecond: 5 }

export const newWriteKey = { writeKey: 'k' }

export const releasedKey = { note: 'n' }

export const givenKey = { sourceId: 's', note: 'n' }

const traits = { allowUnplannedTraits: true, allowTraitsOnViolations: true, commonEventOnViolations: 'ALLOW' }

export const schemaSettings = {
  track: {
    allowUnplannedEvents: true,
    allowUnplannedEventProperties: true,
    allowEventOnViolations: true,
    allowPropertiesOnViolations: true,
    commonEventOnViolations: 'ALLOW',
  },
  identify: traits,
  group: traits,
  forwardingViolationsTo: '',
  forwardingBlockedEventsTo: '',
}

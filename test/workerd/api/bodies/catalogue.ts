export const newIntegration = {
  slug: 's',
  name: 'n',
  kind: 'packaged',
  endpoint: 'https://partner.example.com/',
  description: 'd',
  settings: [
    {
      name: 'region',
      label: 'Region',
      type: 'select',
      choices: ['EU'],
      required: true,
      description: '',
      default: 'EU',
      scope: 'server',
    },
  ],
  supportedMethods: ['track'],
  rate: 1,
  device: {
    sdks: ['browser'],
    plugin: {
      type: 'remote',
      url: 'https://cdn.example.com/p.js',
      libraryName: 'lib',
      subscriptions: [{ name: 'n', subscribe: 'type = "track"', partnerAction: 'a', mapping: {} }],
    },
    defaultMode: 'device',
  },
}

const { slug: _, kind: __, ...changes } = newIntegration

export const integrationChanges = changes

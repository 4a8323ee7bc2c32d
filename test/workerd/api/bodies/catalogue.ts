export const newIntegration = {
  slug: 's',
  name: 'n',
  kind: 'packaged',
  endpoint: 'https://partner.example.com/',
  description: 'd',
  categories: ['CRM'],
  site: 'https://s.example',
  support: 's@s.example',
  docs: '# d',
  logo: '<svg></svg>',
  mark: '<svg></svg>',
  regions: [{ id: 'eu', name: 'EU', endpoint: 'https://eu.partner.example.com/' }],
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
    { name: 'token', label: 'Token', type: 'secret', min: 8, max: 80, startsWith: 'sk_' },
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

export const manifest = {
  manifestVersion: 1,
  ...newIntegration,
  certification: { settings: {}, readBack: 'https://p.example/{messageId}' },
}

import * as v from 'valibot'
import { CONNECTORS, KINDS, MODES, SDKS } from '../../integrations/index.ts'
import {
  anyObject,
  by,
  flagged,
  fraction,
  named,
  noneYet,
  type OperationGroup,
  paginationAnswer,
  text,
  whole,
} from '../operation.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { manifest } from './manifest.ts'

const logos = v.object({
  default: text('', 'Where the logo is served; empty: there is none.'),
  alt: text(''),
  mark: text('', 'The same of the square mark.'),
})
const integration = v.object({
  integration: named('DestinationMetadata'),
  removed: v.pipe(v.array(text('<script>')), v.description('What was taken out of its pictures.')),
})
const draft = v.pipe(
  v.nullable(whole(4)),
  v.description('Customers have it: the number of the version that was drafted. null: it is as the answer says.'),
)
const changed = v.object({ ...integration.entries, draft })

const FIELDS = {
  name: 'Its name, also in an event’s integrations.',
  description: 'What it does.',
  categories: 'Where it is found, the most telling first; without: that of its kind.',
  site: 'Its maker’s site, an https address; empty: none.',
  support: 'The e-mail address that helps its users; empty: none.',
  docs: 'How it is set up, in Markdown: headings, lists, tables, code and links to https addresses. HTML is shown as text.',
  logo: 'SVG as text, or a PNG in base64 or as a data address, 64 KB at most; empty: none. What could run or lead away is taken out.',
  mark: 'The same of its square mark.',
  endpoint: 'Where its events are sent.',
  regions: 'Where else it listens: customers choose one for each destination.',
  settings: 'What customers are asked for.',
  supportedMethods: 'The calls that it takes.',
  rate: 'Requests a second, of all its destinations each; null: as fast as it answers.',
  maxInFlight: 'Requests in flight at most, of all its destinations each; null: 300.',
  batch:
    'Events that it takes in one request, as a JSON array: how many, bytes and seconds of waiting at most; null: one.',
  device: 'What runs on devices.',
  warehouse: 'Of a warehouse: its connector, what it says of the connector’s settings, and how one gets at those.',
  bi: 'Of a BI tool: whose warehouses it reads, and the steps in it. {host}, {port}, {database}, {user} and {schema} are filled in.',
}

const CATALOGUE: OperationGroup = {
  name: 'Catalogue and integrations',
  about:
    'What can be connected, and what a workspace makes to be connected: direct and packaged integrations, warehouses and BI tools.',
  params: { id: text('webhooks', 'Id or slug; of an integration that is changed its id.') },
  schemas: {
    SourceMetadata: v.object({
      id: text('http-api'),
      name: text('HTTP API'),
      slug: text('http-api'),
      description: text('Your own client, in any language: a POST with JSON.'),
      categories: v.array(text('Raw Data')),
      logos,
      options: v.pipe(v.array(v.unknown()), v.metadata({ examples: [[]] })),
      isCloudEventSource: flagged(false),
      status: v.literal('PUBLIC'),
      partnerOwned: flagged(false),
    }),
    DestinationMetadata: v.object({
      id: text('webhooks'),
      name: text('Webhooks'),
      slug: text('webhooks'),
      description: text('Sends every event to addresses of yours.'),
      status: text('PUBLIC'),
      kind: v.picklist(Object.keys(KINDS)),
      previousNames: noneYet,
      logos,
      options: v.array(
        v.object({
          name: text('sharedSecret'),
          label: text('Shared secret'),
          type: v.picklist(['password', 'string', 'boolean', 'select', 'number', 'array', 'text-map']),
          required: flagged(false),
          description: text('Signs what is sent.'),
          defaultValue: v.optional(v.unknown()),
          choices: v.optional(v.array(text('eu'))),
          min: v.optional(fraction(8, 'Of a number; of text, how many characters.')),
          max: v.optional(fraction(80)),
          startsWith: v.optional(text('sk_')),
          fixed: v.optional(v.pipe(v.literal(true), v.description('The default is its value.'))),
          hosts: v.optional(v.array(text('*.example.com'))),
          scope: v.optional(v.literal('device')),
        }),
      ),
      categories: v.array(text('Raw Data')),
      website: text(''),
      components: v.array(v.object({ type: text('SERVER'), code: text(''), owner: text('SEGMENT') })),
      supportedFeatures: v.object({
        cloudModeInstances: v.picklist(['MULTIPLE', 'NONE']),
        deviceModeInstances: v.picklist(['NONE', 'SINGLE']),
        replay: flagged(true),
        browserUnbundling: flagged(false),
        browserUnbundlingPublic: flagged(false),
      }),
      supportedMethods: by(v.boolean(), {
        pageview: true,
        identify: true,
        alias: true,
        track: true,
        group: true,
        screen: true,
      }),
      supportedPlatforms: by(v.boolean(), {
        browser: true,
        server: true,
        mobile: true,
        warehouse: false,
        cloudAppObject: false,
      }),
      actions: noneYet,
      presets: noneYet,
      contacts: v.array(
        v.object({
          name: text('Support'),
          email: text('help@example.com'),
          role: text('support'),
          isPrimary: flagged(true),
        }),
      ),
      partnerOwned: flagged(false),
      endpoint: v.optional(text('https://partner.example.com/in', 'Whole for those who may change it.')),
      regions: v.optional(
        v.array(
          v.object({ id: text('eu'), name: text('Europe'), endpoint: text('https://eu.partner.example.com/in') }),
        ),
      ),
      warehouse: v.optional(
        v.object({
          connector: v.picklist(CONNECTORS),
          settings: v.array(anyObject({ name: 'ssl', default: 'require', fixed: true })),
          help: v.array(text('Open the console of Acme, and make a database.')),
        }),
      ),
      bi: v.optional(
        v.object({
          connectors: v.array(v.picklist(CONNECTORS)),
          steps: v.array(text('Add a database: host {host}, port {port}.')),
        }),
      ),
      device: v.optional(
        v.object({
          sdks: v.array(v.picklist(SDKS)),
          plugin: anyObject({ type: 'bundle' }),
          defaultMode: v.picklist(MODES),
          modes: v.array(v.picklist(MODES)),
        }),
      ),
    }),
  },
  operations: {
    'GET /api/catalog/destinations': {
      id: 'listDestinationsCatalog',
      summary: 'Lists what can be connected.',
      paged: 200,
      answer: {
        schema: v.object({ destinationsCatalog: v.array(named('DestinationMetadata')), pagination: paginationAnswer }),
      },
    },
    'GET /api/catalog/destinations/:id': {
      id: 'getDestinationMetadata',
      summary: 'Answers one, by id or slug, with its settings.',
      answer: { schema: v.object({ destinationMetadata: named('DestinationMetadata') }) },
    },
    'GET /api/catalog/sources': {
      id: 'listSourcesCatalog',
      summary: 'Lists the kinds of sources.',
      paged: 200,
      answer: { schema: v.object({ sourcesCatalog: v.array(named('SourceMetadata')), pagination: paginationAnswer }) },
    },
    'GET /api/catalog/sources/:id': {
      id: 'getSourceMetadata',
      summary: 'Answers one.',
      answer: { schema: v.object({ sourceMetadata: named('SourceMetadata') }) },
    },
    'GET /api/catalog/warehouses': {
      id: 'listWarehousesCatalog',
      summary: 'Lists the kinds of warehouses.',
      paged: 200,
      answer: {
        schema: v.object({ warehousesCatalog: v.array(named('WarehouseMetadata')), pagination: paginationAnswer }),
      },
    },
    'GET /api/catalog/warehouses/:id': {
      id: 'getWarehouseMetadata',
      summary: 'Answers one, by id or slug, with its settings.',
      answer: { schema: v.object({ warehouseMetadata: named('WarehouseMetadata') }) },
    },
    'POST /api/integrations': {
      id: 'createIntegration',
      summary: 'Makes a direct or packaged one, a warehouse or a BI tool.',
      about:
        'A warehouse is loaded by one of our connectors (warehouse.connector) and has its settings, with words, defaults, fixed values and hosts of your own. A BI tool (bi) explains how it is connected to a warehouse. To neither is an event sent, so they have no endpoint, settings, rate or device.',
      body: {
        schema: newIntegration,
        example: {
          name: 'Acme CRM',
          slug: 'acme-crm',
          endpoint: 'https://partner.example.com/in',
          settings: [{ name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'], default: 'eu' }],
          supportedMethods: ['identify', 'track'],
        },
        fields: {
          ...FIELDS,
          slug: 'Names it in addresses, stays, and looks like no slug of another workspace.',
          kind: 'direct: events go to its endpoint; packaged: its code runs on devices, too or only; warehouse: events become rows of it; bi: it reads a warehouse.',
        },
      },
      answer: { status: 201, schema: integration },
      refusals: {
        409: 'The slug or the name is taken, the slug looks like another’s, or the workspace has as many integrations as it may.',
      },
    },
    'POST /api/integrations/manifest': {
      id: 'importIntegrationManifest',
      summary: 'Makes the integration of a manifest, or makes one’s own of that slug what it says.',
      about:
        'What it does not say is as it is for a new one. The part certification is for the command that certifies, and is not kept. A manifest has 1 MB at most.',
      body: {
        schema: manifest,
        example: {
          manifestVersion: 1,
          name: 'Acme Mail',
          slug: 'acme-mail',
          endpoint: 'https://partner.example.com/in',
          docs: '# Set up\n\nPaste your **key**.',
        },
        fields: {
          ...FIELDS,
          manifestVersion: '1.',
          slug: 'Names it: one’s own of this slug is changed, else one is made.',
          kind: 'direct, packaged, warehouse or bi. It stays.',
          certification: 'Settings of the customer in whose name it is certified, and where an event can be read back.',
        },
      },
      answer: {
        schema: v.object({ ...changed.entries, created: flagged(true, 'It was not there before.') }),
        status: 201,
      },
      refusals: {
        409: 'The slug or name is another’s, the kind would be another, or what customers have filled in would not be valid any more.',
      },
    },
    'GET /api/integrations/:id/manifest': {
      id: 'exportIntegrationManifest',
      summary: 'Answers one’s own as a manifest: imported again, it changes nothing.',
      answer: {
        schema: v.object({
          manifest: anyObject({ manifestVersion: 1, name: 'Acme Mail', slug: 'acme-mail', kind: 'direct' }),
        }),
      },
    },
    'PATCH /api/integrations/:id': {
      id: 'updateIntegration',
      summary: 'Changes it; what customers have, by a draft.',
      about:
        'Where customers have it, what is sent becomes the draft of a version, and `integration` in the answer is as they have it. Its endpoint keeps its origin while destinations keep keys for it. The connector of a warehouse stays; what else is said of its settings holds for a warehouse that is there from its next change on.',
      body: { schema: integrationChanges, example: { description: 'The CRM of Acme.', rate: 50 }, fields: FIELDS },
      answer: { schema: changed },
      refusals: {
        409: 'The name is taken, keys of destinations would go to another origin, what customers have filled in would not be valid any more, or a warehouse would have another connector.',
      },
    },
  },
}

export const GROUPS = [CATALOGUE]

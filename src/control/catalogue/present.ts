import {
  carriersOf,
  type SettingField,
  type FieldType,
  type Integration,
  isPublic,
  KINDS,
  modesOf,
  type SourceKind,
} from '../../integrations/index.ts'
import { type Access, may } from '../../accounts/index.ts'
import { maskAddress } from '../../settings/index.ts'
import { pictureUrls } from './pictures.ts'

const NO_LOGOS = { default: '', alt: '', mark: '' }

/** The Public API's SourceMetadata. */
export function presentSourceKind(kind: SourceKind) {
  return { ...kind, logos: NO_LOGOS, options: [], isCloudEventSource: false, status: 'PUBLIC', partnerOwned: false }
}

/** The Public API's DestinationMetadata, with our `kind`. The endpoint is whole for those who may change it. */
export function presentIntegration(integration: Integration, access: Access) {
  const { id, name, slug, description, status, kind, categories, supports, fields, endpoint, device } = integration
  const { warehouse, bi, regions, site = '', support } = integration
  const { logo, mark } = pictureUrls(integration)
  const inCloud = carriersOf(integration, 'cloud').includes('lane')
  const { owner } = KINDS[kind]
  const onDevice = new Set(device?.sdks)
  // What a workspace finds may be another's.
  const mine = integration.maker === access.workspaceId && may(access, 'integrations:write')
  const shown = (address: string) => (mine ? address : maskAddress(address))
  return {
    id,
    name,
    slug,
    description,
    status,
    kind,
    previousNames: [],
    logos: { default: logo ?? '', alt: '', mark: mark ?? '' },
    options: presentFields(fields),
    categories,
    website: site,
    components: [
      ...(inCloud ? [{ type: 'SERVER', code: '', owner }] : []),
      ...[...onDevice].map((sdk) => ({ type: sdk.toUpperCase(), code: '', owner })),
    ],
    // One of a source runs on a device under its name; from the cloud there are as many as are made.
    supportedFeatures: {
      cloudModeInstances: inCloud ? 'MULTIPLE' : 'NONE',
      deviceModeInstances: device ? 'SINGLE' : 'NONE',
      replay: inCloud,
      browserUnbundling: false,
      browserUnbundlingPublic: false,
    },
    supportedMethods: {
      pageview: supports.includes('page'),
      identify: supports.includes('identify'),
      alias: supports.includes('alias'),
      track: supports.includes('track'),
      group: supports.includes('group'),
      screen: supports.includes('screen'),
    },
    supportedPlatforms: {
      browser: inCloud || onDevice.has('browser'),
      server: inCloud,
      mobile: inCloud || onDevice.has('ios') || onDevice.has('android'),
      warehouse: warehouse !== undefined,
      cloudAppObject: false,
    },
    actions: [],
    presets: [],
    contacts: support === undefined ? [] : [{ name: 'Support', email: support, role: 'support', isPrimary: true }],
    partnerOwned: owner === 'PARTNER',
    ...(endpoint !== undefined && { endpoint: shown(endpoint) }),
    ...(regions && { regions: regions.map((one) => ({ ...one, endpoint: shown(one.endpoint) })) }),
    ...(warehouse && { warehouse }),
    ...(bi && { bi }),
    ...(device && { device: { ...device, modes: modesOf(integration) } }),
  }
}

/** The catalogue's own names for our field types. */
const OPTION_TYPES: Record<FieldType, string> = {
  string: 'string',
  secret: 'password',
  boolean: 'boolean',
  select: 'select',
  number: 'number',
  list: 'array',
  map: 'text-map',
}

/** Settings, as the Public API's options. */
export function presentFields(fields: readonly SettingField[]) {
  return fields.map(presentField)
}

function presentField(field: SettingField) {
  const { name, label, type, required, description, default: defaultValue, choices, fixed, hosts } = field
  const { min, max, startsWith } = field
  return {
    name,
    label,
    type: OPTION_TYPES[type],
    required,
    description,
    ...(defaultValue !== undefined && { defaultValue }),
    ...(choices && { choices }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(startsWith !== undefined && { startsWith }),
    ...(fixed === true && { fixed }),
    ...(hosts && { hosts }),
    ...(isPublic(field) && { scope: 'device' }),
  }
}

import { type Field, type FieldType, type Integration, isPublic, modesOf } from '../integrations/index.ts'
import { type Access, may } from '../accounts/index.ts'
import { type Destination, maskAddress, maskSecrets, type Source } from '../settings/index.ts'
import { isoTime } from '../event/index.ts'
import { SOURCE_KINDS, type SourceKind } from './source-kinds.ts'

const NO_LOGOS = { default: '', alt: '', mark: '' }

/** The Public API's SourceMetadata. */
export function presentSourceKind(kind: SourceKind) {
  return { ...kind, logos: NO_LOGOS, options: [], isCloudEventSource: false, status: 'PUBLIC', partnerOwned: false }
}

/** The Public API's Source. */
export function presentSource(source: Source) {
  const { id, slug, name, metadataId, workspaceId, enabled, writeKeys, createdAt } = source
  const kind = SOURCE_KINDS.find((one) => one.id === metadataId) ?? SOURCE_KINDS[0]
  return {
    id,
    slug,
    name,
    metadata: kind && presentSourceKind(kind),
    workspaceId,
    enabled,
    writeKeys,
    settings: {},
    labels: [],
    createdAt: isoTime(createdAt),
  }
}

/**
 * The Public API's Destination. A secret is never sent back whole, and an address only to those who may change it: often
 * it is itself the key of what is behind it.
 */
export function presentDestination(destination: Destination, access: Access) {
  const { id, name, enabled, paused, notice, sourceId, integration, mode, rate, lane, createdAt } = destination
  return {
    id,
    name,
    enabled,
    paused,
    notice,
    sourceId,
    metadata: presentIntegration(integration, access),
    settings: maskSecrets(destination, { addresses: may(access, 'destinations:write', sourceId) }),
    ...(mode && { mode }),
    rate,
    concurrency: lane.concurrency,
    schedule: lane.schedule,
    createdAt: isoTime(createdAt),
  }
}

/** The Public API's DestinationMetadata, with our `kind`. The endpoint is whole for those who may change it. */
export function presentIntegration(integration: Integration, access: Access) {
  const { id, name, slug, description, status, kind, categories, supports, fields, endpoint, device } = integration
  const inCloud = kind !== 'packaged' || endpoint !== undefined
  const owner = kind === 'webhook' ? 'SEGMENT' : 'PARTNER'
  const onDevice = new Set(device?.sdks)
  // What is public may be another workspace's.
  const mine = status !== 'PUBLIC' && may(access, 'integrations:write')
  return {
    id,
    name,
    slug,
    description,
    status,
    kind,
    logos: NO_LOGOS,
    options: fields.map(presentField),
    categories,
    website: '',
    components: [
      ...(inCloud ? [{ type: 'SERVER', code: '', owner }] : []),
      ...[...onDevice].map((sdk) => ({ type: sdk.toUpperCase(), code: '', owner })),
    ],
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
      warehouse: false,
    },
    partnerOwned: owner === 'PARTNER',
    ...(endpoint !== undefined && { endpoint: mine ? endpoint : maskAddress(endpoint) }),
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

function presentField(field: Field) {
  const { name, label, type, required, description, default: defaultValue, choices } = field
  return {
    name,
    label,
    type: OPTION_TYPES[type],
    required,
    description,
    ...(defaultValue !== undefined && { defaultValue }),
    ...(choices && { choices }),
    ...(isPublic(field) && { scope: 'device' }),
  }
}

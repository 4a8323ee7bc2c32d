import type { Source } from '../../settings/index.ts'
import { isoTime } from '../../event/index.ts'
import { presentSourceKind } from '../catalogue/index.ts'
import type { Label } from '../labels/index.ts'
import { SOURCE_KINDS } from '../../integrations/index.ts'

/** The Public API's Source, with the labels that it has. */
export function presentSource(source: Source, labels: readonly Label[]) {
  const { id, slug, name, metadataId, workspaceId, enabled, eventsPerSecond, writeKeys, createdAt } = source
  const kind = SOURCE_KINDS.find((one) => one.id === metadataId) ?? SOURCE_KINDS[0]
  return {
    id,
    slug,
    name,
    metadata: kind && presentSourceKind(kind),
    workspaceId,
    enabled,
    eventsPerSecond,
    writeKeys,
    settings: {},
    labels,
    createdAt: isoTime(createdAt),
  }
}

const TRAITS = { allowUnplannedTraits: true, allowTraitsOnViolations: true, commonEventOnViolations: 'ALLOW' }

/** The Public API's settings of a source's schema: without tracking plans everything that is valid is let through. */
export const SCHEMA_SETTINGS = {
  track: {
    allowUnplannedEvents: true,
    allowUnplannedEventProperties: true,
    allowEventOnViolations: true,
    allowPropertiesOnViolations: true,
    commonEventOnViolations: 'ALLOW',
  },
  identify: TRAITS,
  group: TRAITS,
}

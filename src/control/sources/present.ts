import type { Source } from '../../settings/index.ts'
import { isoTime } from '../../event/index.ts'
import { presentSourceKind } from '../catalogue/index.ts'
import { SOURCE_KINDS } from '../../integrations/index.ts'

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

import { SOURCE_KINDS } from '../../api/index.ts'
import { Badge } from '../components/badge.tsx'

/** What the settings say of a source; whether events flow is for its intake to say. */
export function SourceState({ enabled }: { enabled: boolean }) {
  return enabled ? <Badge tone="good">Enabled</Badge> : <Badge tone="off">Disabled</Badge>
}

export function kindName(metadataId: string): string {
  return SOURCE_KINDS.find(({ id }) => id === metadataId)?.name ?? metadataId
}

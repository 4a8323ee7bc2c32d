import { Badge } from '../../../ui/components/badge.tsx'

/** What the settings say of a destination; how it fares is for its lane to say. */
export function DestinationState({
  enabled,
  paused,
  notice,
}: {
  enabled: boolean
  paused: boolean
  notice: string | null
}) {
  if (!enabled)
    return notice === null ? <Badge tone="off">Disabled</Badge> : <Badge tone="bad">Disabled by its receiver</Badge>
  return paused ? <Badge tone="warn">Paused</Badge> : <Badge tone="good">Enabled</Badge>
}

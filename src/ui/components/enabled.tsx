import { Badge } from './badge.tsx'

/** What the settings say; whether events flow is for figures to say. */
export function EnabledBadge({ enabled }: { enabled: boolean }) {
  return enabled ? <Badge tone="good">Enabled</Badge> : <Badge tone="off">Disabled</Badge>
}

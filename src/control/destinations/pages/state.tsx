import { Badge } from '../../../ui/components/badge.tsx'
import { describeHealth, type Settled } from '../health.ts'

/** How a destination fares, in a few words; `id` where a page that moves by itself finds it. */
export function DestinationState({ of, now, id }: { of: Settled; now: number; id?: string }) {
  const { tone, label } = describeHealth(of, now)
  return (
    <span id={id}>
      <Badge tone={tone}>{label}</Badge>
    </span>
  )
}

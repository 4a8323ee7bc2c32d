import { Badge } from '../../../ui/components/badge.tsx'
import { type CheckResult, verdictBadge } from './words.ts'

/** The number of a check, and beneath it what came of it: together they leave room on a phone. */
export function CheckCell({ of, href }: { of: CheckResult; href: string }) {
  const [tone, words] = verdictBadge(of)
  return (
    <>
      <a class="mono" href={href}>
        {of.check.id}
      </a>
      <br />
      <Badge tone={tone}>{words}</Badge>
    </>
  )
}

import { Card, Facts } from '../../../ui/components/card.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { Review } from '../queries.ts'
import { CertificateLine } from './certificate.tsx'

/** Who has made an integration, and what has been looked at before customers got it. */
export function ReviewCard({ of: { company, reviewedAt, endsAt, certificate }, now }: { of: Review; now: number }) {
  return (
    <Card title="Who has made it">
      <Facts
        of={[
          ['Company', company],
          ...(reviewedAt === null ? [] : [['Reviewed by us', <Ago at={reviewedAt} now={now} />] as const]),
          ...(certificate ? [['Certification', <CertificateLine of={certificate} now={now} />] as const] : []),
          ...(endsAt === null ? [] : [['Ends', new Date(endsAt).toISOString().slice(0, 10)] as const]),
        ]}
      />
    </Card>
  )
}

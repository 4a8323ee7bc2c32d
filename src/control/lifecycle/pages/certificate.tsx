import { Ago } from '../../../ui/components/time.tsx'
import type { Certificate } from '../certified.ts'

/** Whether it is certified, with the certificate to read. */
export function CertificateLine({ of, now }: { of: Certificate | undefined; now: number }) {
  if (!of) return <span>Not certified</span>
  return (
    <>
      <a href={of.path}>{of.holds ? 'Certified' : 'Certified as it was before'}</a>{' '}
      <span class="soft">
        <Ago at={of.at} now={now} />
      </span>
    </>
  )
}

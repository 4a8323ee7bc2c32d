import { type Failure, failureWords } from '../../../../lane/index.ts'
import { Ago } from '../../../../ui/components/time.tsx'
import { plural } from '../../../../ui/counts.ts'
import { SamplePair } from '../../../sample-pair.tsx'

/** The last failures of different kinds, each with what was asked and what came back. */
export function LastFailures({ failures, now }: { failures: readonly Failure[]; now: number }) {
  if (failures.length === 0) return <p class="help">No attempt has failed so far.</p>
  return (
    <ul class="failures">
      {failures.map((failure, at) => (
        <li>
          <details open={at === 0}>
            <summary>
              <strong>The endpoint {failureWords(failure.code)}</strong>{' '}
              <span class="soft">
                <Ago at={Date.parse(failure.at)} now={now} />, {plural(failure.events, 'event')} of one attempt
                {failure.batch !== undefined && `, in a batch of ${failure.batch}`}
              </span>
            </summary>
            {failure.message !== undefined && (
              <p>
                In its own words: <q class="wrap">{failure.message}</q>
              </p>
            )}
            {failure.sample ? (
              <SamplePair sample={failure.sample} />
            ) : (
              <p class="help">There is no sample of this one.</p>
            )}
          </details>
        </li>
      ))}
    </ul>
  )
}

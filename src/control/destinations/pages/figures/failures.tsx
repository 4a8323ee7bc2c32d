import { type Failure, failureWords, type Sample } from '../../../../lane/index.ts'
import { CodeBlock } from '../../../../ui/components/code.tsx'
import { Ago } from '../../../../ui/components/time.tsx'
import { plural } from '../../../../ui/counts.ts'

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
              </span>
            </summary>
            {failure.message !== undefined && (
              <p>
                In its own words: <q class="wrap">{failure.message}</q>
              </p>
            )}
            {failure.sample ? (
              <SampleOf sample={failure.sample} />
            ) : (
              <p class="help">There is no sample of this one.</p>
            )}
          </details>
        </li>
      ))}
    </ul>
  )
}

function SampleOf({ sample: { request, response, error } }: { sample: Sample }) {
  return (
    <div class="sample-pair">
      <CodeBlock label="What was sent" code={requestText(request)} />
      <CodeBlock label="What came back" code={response ? responseText(response) : (error ?? 'Nothing.')} />
    </div>
  )
}

function requestText({ method, url, headers, body }: Sample['request']): string {
  return [`${method} ${url}`, ...lines(headers), '', body].join('\n')
}

function responseText({ status, headers, body }: NonNullable<Sample['response']>): string {
  return [`${status}`, ...lines(headers), '', body].join('\n')
}

function lines(headers: Record<string, string>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}

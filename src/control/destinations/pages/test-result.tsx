import type { testDestination } from '../commands.ts'
import { Badge, type Tone } from '../../../ui/components/badge.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { type CutText, cutText, SHOWN, shownJson } from '../../../ui/shown.ts'
import { codeWords } from '../../events/index.ts'
import { type FailureCode, failureWords } from '../../../lane/index.ts'

export type Tried = Awaited<ReturnType<typeof testDestination>>['tried']
type Request = Tried['requests'][number]

/** Step by step: the event, each request with its answer, and what real events would have come to. */
export function TestResult({ tried }: { tried: Tried }) {
  const { event, requests } = tried
  const verdict = verdictOf(tried)
  return (
    <section class="card result">
      <header class="card-head">
        <div>
          <h2>What happened</h2>
        </div>
        <Badge tone={verdict.tone}>{verdict.state}</Badge>
      </header>
      <ol class="steps">
        <li>
          <h3>The event was checked and completed</h3>
          <CodeBlock label="As it is sent" language="json" code={cutWords(shownJson(event, SHOWN.page))} />
        </li>
        {requests.length === 0 && (
          <li>
            <h3>No request was made</h3>
            <p>{verdict.words}</p>
          </li>
        )}
        {requests.map((request, index) => (
          <Exchange request={request} number={requests.length > 1 ? index + 1 : undefined} />
        ))}
        {requests.length > 0 && (
          <li>
            <h3>What it means</h3>
            <p>{verdict.words}</p>
          </li>
        )}
      </ol>
    </section>
  )
}

function Exchange({ request, number }: { request: Request; number: number | undefined }) {
  const { sample, status, tookMs } = request
  const { method, url, headers, body } = sample.request
  const which = number === undefined ? '' : ` ${number}`
  return (
    <>
      <li>
        <h3>Request{which} was sent</h3>
        <p class="mono wrap">
          {method} {url}
        </p>
        <CodeBlock label="Headers" language="http" code={headerLines(headers)} />
        <p class="help">Headers that may hold keys or signatures are hidden.</p>
        <CodeBlock label="Body" language="json" code={cutWords(cutText(body, SHOWN.page))} />
      </li>
      <li>
        <h3>
          {status === undefined ? 'No answer came' : `The receiver answered ${status}`}{' '}
          <span class="soft">after {tookMs.toLocaleString('en-GB')} ms</span>
        </h3>
        {sample.response ? (
          <>
            <CodeBlock label="Headers" language="http" code={headerLines(sample.response.headers) || '(none)'} />
            <CodeBlock label="Body" code={sample.response.body || '(empty)'} />
          </>
        ) : (
          <p class="mono wrap">{sample.error}</p>
        )}
      </li>
    </>
  )
}

/** What was sent is sent whole; it is shown as far as anybody reads. */
function cutWords({ text, cut }: CutText): string {
  return cut ? `${text}\n… cut here` : text
}

function headerLines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function verdictOf({ outcome, message, requests }: Tried): { tone: Tone; state: string; words: string } {
  const said = message === undefined ? '' : ` The receiver says: “${message}”`
  switch (outcome.kind) {
    case 'delivered':
      return { tone: 'good', state: 'Delivered', words: 'The event arrived. Real ones are sent just like this.' }
    case 'filtered':
      return {
        tone: 'info',
        state: 'Filtered',
        words:
          requests.length > 0
            ? `The receiver does not take events of this type. They are filtered, which is no error.${said}`
            : `Real events like this one are not sent either: ${codeWords(outcome.code)} (${outcome.code}).`,
      }
    case 'retry':
      return {
        tone: 'warn',
        state: 'Would be tried again',
        words: `${adviceOn(outcome.code)} A real event would be tried again by the destination’s schedule.${said}`,
      }
    case 'dead':
      return {
        tone: 'bad',
        state: 'Would be a dead letter',
        words: `${adviceOn(outcome.code)} A real event would not be tried again, but kept as a dead letter.${said}`,
      }
    case 'unsent':
      return { tone: 'warn', state: 'Not sent', words: 'It was not tried. Send it once more.' }
  }
}

/** What happened, and what to do about it where that is known. */
function adviceOn(code: FailureCode): string {
  const status = /^http_(\d+)$/.exec(code)?.[1]
  if (status === '401' || status === '403')
    return `The receiver does not accept the key (${status}): look at the settings.`
  if (status === '404' || status === '410') return `There is nothing at this address (${status}): look at the settings.`
  if (status === '429') return 'The receiver wants fewer events (429).'
  return `The receiver ${failureWords(code)}.`
}

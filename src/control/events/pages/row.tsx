import type { TailEvent } from '../tail-event.ts'
import { Tag } from '../../../ui/components/badge.tsx'
import { cutText, SHOWN, shownJson } from '../../../ui/shown.ts'
import { codeWords } from '../words.ts'
import { factsOf, whereWords } from './facts.ts'

interface RowProps {
  event: TailEvent
  /** Of destinations, by id. */
  names: Readonly<Record<string, string>>
  /** The debugger's own path. */
  path: string
}

/** One event: a line, and behind it what it says. Made here on the server, and in the browser of what comes live. */
export function EventRow({ event, names, path }: RowProps) {
  const { id, status, at, type, name, code, userId, anonymousId } = event
  return (
    <li data-id={id} data-status={status}>
      <details>
        <summary>
          <time datetime={at} title={at}>
            {at.slice(11, 23)}
          </time>
          <span class="event-name">
            <Tag>{short(type ?? 'rejected')}</Tag> <strong>{short(name)}</strong>{' '}
            <span class="soft">{short(userId ?? anonymousId)}</span>
          </span>
          <span class="event-where">{whereWords(event)}</span>
          <span class="event-why">{code === null ? '' : codeWords(code)}</span>
        </summary>
        <div class="event-body">
          <dl class="facts event-pretty">
            {factsOf(event, names).map(([label, value]) => (
              <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <pre class="event-raw" tabindex={0} aria-label="The event as JSON">
            {rawOf(event)}
          </pre>
          {status === 'accepted' && (
            <p>
              <a href={`${path}/${id}`}>Where did it go?</a>
            </p>
          )}
        </div>
      </details>
    </li>
  )
}

/** The row as HTML, for a page that is there already. */
export function rowHtml(props: RowProps): string {
  const row = (<EventRow {...props} />) as { toString(): string }
  return row.toString()
}

/** What a line names is short, or is cut: an event may be called what it likes. */
function short(text: string | null): string {
  return cutText(text ?? '', SHOWN.name).text
}

function rawOf({ payload, text }: TailEvent): string {
  if (!payload) return text ?? ''
  const shown = shownJson(payload, SHOWN.raw)
  return shown.cut ? `${shown.text}\n… cut here; “Where did it go?” has it whole` : shown.text
}

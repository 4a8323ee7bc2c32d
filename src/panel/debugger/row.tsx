import type { TailEvent } from '../../api/index.ts'
import { Tag } from '../components/badge.tsx'
import { refusalWords } from '../words.ts'
import { factsOf, whereWords } from './facts.ts'

interface RowProps {
  event: TailEvent
  /** Of destinations, by id. */
  names: Readonly<Record<string, string>>
  /** The debugger's own path. */
  path: string
}

/** Characters of an event that the list shows; its own page shows all. */
const MOST_CHARS = 4_000

/** One event: a line, and behind it what it says. `debugger.js` fills an empty one with what comes live. */
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
            <Tag>
              <span data-slot="type">{type ?? 'rejected'}</span>
            </Tag>{' '}
            <strong data-slot="name">{name ?? (code === null ? '' : refusalWords(code))}</strong>{' '}
            <span class="soft" data-slot="who">
              {userId ?? anonymousId ?? ''}
            </span>
          </span>
          <span class="event-where" data-slot="where">
            {whereWords(event)}
          </span>
        </summary>
        <div class="event-body">
          <dl class="facts event-pretty" data-slot="facts">
            {factsOf(event, names).map(([label, value]) => (
              <div>
                <dt>{label}</dt>
                <dd>{value.slice(0, MOST_CHARS)}</dd>
              </div>
            ))}
          </dl>
          <pre class="event-raw" tabindex={0} aria-label="The event as JSON" data-slot="raw">
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

function rawOf({ payload, text }: TailEvent): string {
  if (!payload) return text ?? ''
  const json = JSON.stringify(payload, null, 2)
  return json.length > MOST_CHARS ? `${json.slice(0, MOST_CHARS)}\n… cut here; its own page shows all` : json
}

/** What is cloned for an event that comes live. */
export const NO_EVENT: TailEvent = {
  id: '',
  status: 'accepted',
  at: '',
  type: '',
  name: '',
  messageId: null,
  userId: null,
  anonymousId: null,
  warnings: [],
  code: null,
  destinations: null,
  payload: null,
  text: '',
}

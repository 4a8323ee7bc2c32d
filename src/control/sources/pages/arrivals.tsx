import type { Stray } from '../../../inbox/index.ts'
import type { Counters } from '../../../intake/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural, unitOf } from '../../../ui/counts.ts'
import { codeWords } from '../../events/index.ts'
import { FirstSteps, type FirstStepsProps } from './first-steps.tsx'
import { StrayNotice } from './strays.tsx'

/** How often a waiting page looks again. */
const EVERY = '2s'

interface ArrivalsProps {
  sourceId: string
  /** `null`: the intake did not answer. */
  counters: Counters | null
  /** Of this source. */
  strays: readonly Stray[]
  now: number
  /** What to do once events arrive, where the page does not say so already; `later`: none has. */
  next?: FirstStepsProps | 'later' | undefined
}

/** From "waiting for the first event" to "it works". Asks again by itself until an event was accepted. */
export function Arrivals({ sourceId, counters, strays, now, next }: ArrivalsProps) {
  if (counters && counters.received > 0) {
    return <Working sourceId={sourceId} counters={counters} strays={strays} now={now} next={next} />
  }
  const rejected = Object.entries(counters?.rejected ?? {})
  return (
    <section
      class="card arrivals"
      id="arrivals"
      aria-live="polite"
      hx-get={`/sources/${sourceId}/arrivals${next ? '?next=1' : ''}`}
      hx-trigger={`every ${EVERY}`}
      hx-swap="outerHTML"
    >
      <StrayNotice strays={strays} />
      {rejected.length > 0 ? (
        <div class="arrivals-line">
          <Badge tone="bad">Rejected</Badge>
          <div>
            <h2>Something arrives, but it is no event yet</h2>
            <p class="lead">Mend this where the events are made; this page looks every two seconds.</p>
            <ul class="plain">
              {rejected.map(([code, count]) => (
                <li>
                  {plural(count ?? 0, 'event')}: {codeWords(code)} <code>{code}</code>
                </li>
              ))}
            </ul>
          </div>
        </div>
      ) : (
        <div class="arrivals-line">
          <span class="pulse" aria-hidden="true" />
          <div>
            <h2>{counters ? 'Waiting for the first event' : 'The source does not answer at the moment'}</h2>
            <p class="lead">
              {counters
                ? 'This page says so when one arrives, usually within three seconds.'
                : 'Events are accepted all the same. This page tries again by itself.'}{' '}
              <a href={`/sources/${sourceId}`} class="no-script">
                Look again
              </a>
            </p>
          </div>
        </div>
      )}
    </section>
  )
}

function Working({ sourceId, counters, strays, now, next }: ArrivalsProps & { counters: Counters }) {
  const { received, duplicates, archived, rejected, warned = {}, lastCommitAt } = counters
  const rejections = Object.values(rejected).reduce((sum, count) => sum + count, 0)
  return (
    <section class="card arrivals" id="arrivals">
      <StrayNotice strays={strays} />
      <div class="arrivals-line">
        <Badge tone="good">It works</Badge>
        <div>
          <h2>Events arrive</h2>
          <p class="lead">
            {lastCommitAt === null ? (
              'The first ones are on their way.'
            ) : (
              <>
                The last ones <Ago at={Date.parse(lastCommitAt)} now={now} />.
              </>
            )}
          </p>
        </div>
      </div>
      <Figures>
        <Figure label="Accepted" value={received} unit={unit(received)} span="since the source began" />
        <Figure label="Archived" value={archived} unit={unit(archived)} span="since the source began" />
        <Figure label="Duplicates" value={duplicates} unit={unit(duplicates)} span="dropped" />
        <Figure
          label="Rejected"
          value={rejections}
          unit={unit(rejections)}
          span={rejections > 0 ? 'for the reasons below' : 'since the source began'}
          tone={rejections > 0 ? 'warn' : undefined}
        />
      </Figures>
      {rejections > 0 && (
        <ul class="plain reasons">
          {Object.entries(rejected).map(([code, count]) => (
            <li>
              {plural(count, 'event')}: {codeWords(code)} <code>{code}</code>
            </li>
          ))}
        </ul>
      )}
      {Object.keys(warned).length > 0 && (
        <ul class="plain reasons">
          {Object.entries(warned).map(([code, count]) => (
            <li>
              Accepted with a warning, {plural(count, 'event')}: {codeWords(code)} <code>{code}</code>
            </li>
          ))}
        </ul>
      )}
      {next && (
        <p>
          <a href={`/sources/${sourceId}/debugger`}>See what they say</a>, or{' '}
          <a href={`/catalogue?source=${sourceId}`}>connect a destination</a>.
        </p>
      )}
      {next && next !== 'later' && <FirstSteps {...next} />}
    </section>
  )
}

const unit = (count: number) => unitOf(count, 'event')

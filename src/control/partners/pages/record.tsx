import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { ApplicationEntry } from '../queries.ts'
import { ACT_WORDS } from '../words.ts'

/** All that happened, as everybody sees it whom it concerns. `company`: who applied. */
export function Record({ of, company, now }: { of: readonly ApplicationEntry[]; company: string; now: number }) {
  return (
    <ol class="record">
      {of.map(({ at, act, reviewer, words, tookMs }) => (
        <li>
          <p>
            <strong>{ACT_WORDS[act]}</strong>{' '}
            <span class="soft">
              {reviewer ?? company}, <Ago at={at} now={now} />
              {tookMs !== null && `, after ${duration(tookMs)}`}
            </span>
          </p>
          {words !== '' && <p class="record-words">{words}</p>}
        </li>
      ))}
    </ol>
  )
}

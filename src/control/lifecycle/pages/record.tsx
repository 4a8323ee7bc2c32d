import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { LifecycleEntry } from '../queries.ts'
import { ACT_DONE, ACTOR_WORDS, STATE_WORDS } from '../words.ts'

/** All that happened with an integration, as its partner and every reviewer see it. */
export function LifeRecord({ of, now }: { of: readonly LifecycleEntry[]; now: number }) {
  if (of.length === 0) return <p>Nothing has happened yet.</p>
  return (
    <ol class="record">
      {of.map(({ at, act, fromState, toState, actor, who, words, tookMs }) => (
        <li>
          <p>
            <strong>{ACT_DONE[act]}</strong>{' '}
            <span class="soft">
              {ACTOR_WORDS[actor]}
              {who !== '' && ` (${who})`}, <Ago at={at} now={now} />
              {tookMs !== null && `, after ${duration(tookMs)}`}
              {fromState !== toState && `: from “${STATE_WORDS[fromState]}” to “${STATE_WORDS[toState]}”`}
            </span>
          </p>
          {words !== '' && <p class="record-words">{words}</p>}
        </li>
      ))}
    </ol>
  )
}

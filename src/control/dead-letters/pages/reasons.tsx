import type { Counts } from '../../../lane/index.ts'
import { deadWords } from '../../../lane/index.ts'
import { plural } from '../../../ui/counts.ts'
import { askedAddress, type Asked } from './asked.ts'

/** Why events were given up, the most first: each reason leads to its dead letters. */
export function DeadReasons({ dead, path, asked = {} }: { dead: Counts; path: string; asked?: Asked }) {
  return (
    <ul class="plain reasons">
      {Object.entries(dead)
        .filter(([, n]) => n > 0)
        .toSorted(([, a], [, b]) => b - a)
        .map(([reason, n]) => (
          <li>
            <a
              href={askedAddress(`${path}/dead-letters`, { ...asked, reason })}
              aria-current={asked.reason === reason ? 'true' : undefined}
            >
              {plural(n, 'event')}
            </a>
            : {deadWords(reason)} <code>{reason}</code>
          </li>
        ))}
    </ul>
  )
}

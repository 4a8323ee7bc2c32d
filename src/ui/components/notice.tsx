import type { Child } from 'hono/jsx'
import type { Tone } from './badge.tsx'
import { Icon } from './icon.tsx'

const ICONS = { good: 'check', warn: 'warn', bad: 'warn', off: 'info', info: 'info' } as const

/** Something that happened, why, and what to do next. A bad one is read out at once. */
export function Notice({ tone = 'info', title, children }: { tone?: Tone; title: string; children?: Child }) {
  return (
    <div class={`notice tone-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={ICONS[tone]} />
      <div>
        <p class="notice-title">{title}</p>
        {children && <div class="notice-body">{children}</div>}
      </div>
    </div>
  )
}

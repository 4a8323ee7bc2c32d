import type { Child } from 'hono/jsx'

/** `good` works, `warn` wants a look, `bad` does not work, `off` is meant to rest, `info` says something neutral. */
export type Tone = 'good' | 'warn' | 'bad' | 'off' | 'info'

/** A state in a word or two. Its colour repeats what the word says. */
export function Badge({ tone, children }: { tone: Tone; children?: Child }) {
  return (
    <span class={`badge tone-${tone}`}>
      <span class="dot" aria-hidden="true" />
      {children}
    </span>
  )
}

/** A plain word, such as a kind or a supported call. */
export function Tag({ children }: { children?: Child }) {
  return <span class="tag">{children}</span>
}

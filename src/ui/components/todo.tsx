import type { Child } from 'hono/jsx'

/** What somebody does, one after another, somewhere else. */
export function Todo({ of }: { of: readonly Child[] }) {
  return (
    <ol class="todo">
      {of.map((step) => (
        <li>{step}</li>
      ))}
    </ol>
  )
}

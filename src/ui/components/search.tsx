import type { Child } from 'hono/jsx'
import { Icon } from './icon.tsx'

interface SearchProps {
  action: string
  value: string
  label: string
  /** What is replaced while somebody types: an element of the page by its id. Without scripts: Enter. */
  target: string
  children?: Child
}

/** Finds in a list. It is a form like any other, and quicker with htmx. */
export function Search({ action, value, label, target, children }: SearchProps) {
  return (
    <form
      class="search"
      role="search"
      action={action}
      method="get"
      hx-get={action}
      hx-trigger="input changed delay:250ms from:find input, change from:find select, submit"
      hx-target={`#${target}`}
      hx-select={`#${target}`}
      hx-swap="outerHTML"
      hx-push-url="true"
    >
      <div class="search-box">
        <Icon name="search" />
        <input type="search" name="q" value={value} aria-label={label} placeholder={label} autocomplete="off" />
      </div>
      {children}
      <button class="button button-plain no-script" type="submit">
        Search
      </button>
    </form>
  )
}

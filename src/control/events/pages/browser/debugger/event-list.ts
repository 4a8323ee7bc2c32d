import type { TailEvent } from '../../../tail-event.ts'
import { rowHtml } from '../../row.tsx'
import { find } from './find.ts'

/** What of the events is looked for: `only` a status, and letters that are somewhere in them; both may be empty. */
export interface Wish {
  only: string
  /** As it was typed. */
  text: string
}

interface Page {
  /** Of destinations, by id. */
  names: Readonly<Record<string, string>>
  /** The debugger's own path. */
  path: string
  wish(): Wish
}

/** Rows that are held; the oldest go. */
const MOST_ROWS = 500

/** The rows of the page: those that the server wrote, and those that are added to them. */
export function eventList(root: HTMLElement, { names, path, wish }: Page) {
  const list = find(root, '.events')
  const none = find(root, '[data-none]')
  const nothing = find(root, '[data-nothing]')
  const rows = () => list.querySelectorAll<HTMLElement>(':scope > li')
  const known = new Set([...rows()].map(idOf))
  /** Rows of which it is said that they have what is looked for, though they may not show it. */
  const hits = new Set<string>()

  function rowOf(event: TailEvent): HTMLElement {
    const made = document.createElement('template')
    made.innerHTML = rowHtml({ event, names, path })
    return find(made.content, 'li')
  }

  function isWanted(row: HTMLElement): boolean {
    const { only, text } = wish()
    if (only !== '' && row.dataset.status !== only) return false
    return text === '' || hits.has(idOf(row)) || hasEvent(row.textContent, text)
  }

  /** Shows what is wanted; where that is nothing, says so. */
  function sift(): void {
    let some = false
    for (const row of rows()) {
      row.hidden = !isWanted(row)
      some ||= !row.hidden
    }
    const { only, text } = wish()
    const searched = only !== '' || text !== ''
    list.hidden = !some
    none.hidden = some || searched
    nothing.hidden = some || !searched
    find(nothing, '[data-slot="what"]').textContent = text === '' ? 'your choice' : `“${text}”`
  }

  return {
    /** Those that are not there yet. `isHit` says of an event that it has what is looked for. */
    add(events: readonly TailEvent[], isHit: (event: TailEvent) => boolean): void {
      for (const event of events) {
        if (isHit(event)) hits.add(event.id)
        if (known.has(event.id)) continue
        known.add(event.id)
        const before = [...rows()].find((row) => keyOf(idOf(row)) < keyOf(event.id))
        list.insertBefore(rowOf(event), before ?? null)
      }
      for (const row of [...rows()].slice(MOST_ROWS)) {
        known.delete(idOf(row))
        row.remove()
      }
      sift()
    },
    /** Something else is looked for. */
    searchAnew(): void {
      hits.clear()
      sift()
    },
  }
}

/** As the server searches: case does not matter. */
export function hasEvent(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase())
}

function idOf({ dataset }: HTMLElement): string {
  return dataset.id ?? ''
}

/** Newer is larger; what was rejected comes after the events of its batch. */
function keyOf(id: string): number {
  const [seq = '', event = ''] = id.split('.')
  return Number(seq) * 1e7 + (event.startsWith('r') ? 9e6 + Number(event.slice(1)) : Number(event))
}

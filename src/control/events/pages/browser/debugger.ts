// The live debugger: events as they come, over a WebSocket; filter, search and pause. Without it the page shows the last
// events and a link to look again.
import type { SpecEvent } from '../../../../event/index.ts'
import type { TailMessage } from '../../../../intake/index.ts'
import { plural } from '../../../../ui/counts.ts'
import { acceptedEvent, rejectedEvent, type TailEvent, type TailPage } from '../../tail-event.ts'
import { eventList, hasEvent, type Wish } from './debugger/event-list.ts'
import { find } from './debugger/find.ts'
import { watch } from './debugger/live.ts'
import { parse } from './debugger/parse.ts'

/** Milliseconds: of typing to wait for its end, of trying again, and over which the rate is measured. */
const TYPING_MS = 300
const AGAIN_MS = 2_000
const PACE_MS = 10_000
/** Events that are asked for at once. */
const ASKED = 50

const root = document.querySelector<HTMLElement>('[data-tail]')
if (root) start(root)

function start(root: HTMLElement): void {
  const { live = '', events: source = '', page: path = '', names = '{}' } = root.dataset
  const search = find<HTMLInputElement>(root, '[name="q"]')
  const status = find<HTMLSelectElement>(root, '[name="status"]')
  const pause = find(root, '[data-pause]')
  const said = find(root, '.tail-said')
  const older = find<HTMLAnchorElement>(document, '[data-older]')
  const wish = (): Wish => ({ only: status.value, text: search.value.trim() })
  const list = eventList(root, { names: JSON.parse(names) as Record<string, string>, path, wish })
  let paused = false
  let refreshing = false
  let stale = false
  let asking: ReturnType<typeof setTimeout> | undefined
  let pace = { shown: 0, of: 0, since: Date.now() }

  const say = (words: string) => {
    if (said.textContent !== words) said.textContent = words
  }
  const tell = () => socket.tell({ show: status.value || 'all', paused: paused || document.hidden })

  /** The part of the address that says what is looked for, so that it can be sent to somebody. */
  function address(): URLSearchParams {
    const { only, text } = wish()
    return new URLSearchParams(Object.entries({ q: text, status: only }).filter(([, value]) => value !== ''))
  }

  /** What was missed: before the socket was open, while it was not, or begun before anybody watched. */
  async function refresh(): Promise<void> {
    if (refreshing || paused || document.hidden) {
      stale = true
      return
    }
    refreshing = true
    stale = false
    try {
      const looked = address()
      const page = await pageOf(looked)
      // What was looked for may be something else by now.
      if (page && String(looked) === String(address())) showMissed(page, looked)
      else if (page) stale = true
    } catch {
      stale = true
    }
    refreshing = false
    if (stale) setTimeout(() => void refresh(), AGAIN_MS)
  }

  async function pageOf(looked: URLSearchParams): Promise<TailPage | undefined> {
    const query = new URLSearchParams([['count', String(ASKED)], ...looked])
    const response = await fetch(`${source}?${String(query)}`, { headers: { Accept: 'application/json' } })
    return response.ok ? (parse(await response.text()) as { data: TailPage }).data : undefined
  }

  function showMissed({ events, looked: searched, next }: TailPage, looked: URLSearchParams): void {
    list.add(events, () => looked.has('q'))
    if (looked.has('q'))
      say(`Live: ${plural(events.length, 'event')} of ${plural(searched, 'event')} that were searched.`)
    older.hidden = next === null
    older.href = `${path}?${String(new URLSearchParams([...looked, ['before', next ?? '']]))}`
  }

  /** What is there is sifted at once; what the page does not have, or does not show, is asked for when the typing ends. */
  function searchAnew(): void {
    const looked = String(address())
    history.replaceState(null, '', looked === '' ? path : `${path}?${looked}`)
    list.searchAnew()
    clearTimeout(asking)
    asking = setTimeout(() => void refresh(), TYPING_MS)
  }

  function hear({ seq, committedAt, events, refused, archived, rejected }: TailMessage): void {
    if (!events) {
      void refresh()
      return
    }
    const { text } = wish()
    const lines = new Map(events.map(({ event, line }) => [`${seq}.${event}`, line]))
    const accepted = events.map(({ event, line, cut, fate, warnings = [] }) => {
      const facts = { id: `${seq}.${event}`, committedAt, warnings, destinations: fate }
      const one = acceptedEvent(parse(line) as SpecEvent, facts)
      return cut ? withoutPayload(one) : one
    })
    list.add(accepted, ({ id }) => text !== '' && hasEvent(lines.get(id) ?? '', text))
    list.add(
      refused.map((one, at) => rejectedEvent(`${seq}.r${at}`, one)),
      () => false,
    )
    measure(events.length + refused.length, archived + rejected)
  }

  /** Above a rate what is shown is a sample, and says so. */
  function measure(shown: number, of: number): void {
    const now = Date.now()
    if (now - pace.since > PACE_MS) pace = { shown: 0, of: 0, since: now }
    pace.shown += shown
    pace.of += of
    const isSample = pace.shown < pace.of && status.value === ''
    say(
      isSample
        ? `Live: a sample, ${pace.shown.toLocaleString('en-GB')} of the last ${plural(pace.of, 'event')}. All of them are archived.`
        : `Live: ${plural(pace.of, 'event')} in the last seconds.`,
    )
  }

  find(root, 'form').addEventListener('submit', (event) => event.preventDefault())
  search.addEventListener('input', searchAnew)
  status.addEventListener('change', () => {
    tell()
    searchAnew()
  })
  pause.hidden = false
  pause.addEventListener('click', () => {
    paused = !paused
    pause.setAttribute('aria-pressed', String(paused))
    pause.textContent = paused ? 'Resume' : 'Pause'
    say(
      paused ? 'Paused: nothing is shown until you resume. Events are archived and sent all the same.' : 'Live again.',
    )
    tell()
    if (!paused) void refresh()
  })
  document.addEventListener('visibilitychange', () => {
    tell()
    if (!document.hidden) void refresh()
  })
  const socket = watch(live, {
    opened() {
      tell()
      say(paused ? 'Paused.' : 'Live: waiting for events.')
      void refresh()
    },
    heard: hear,
    say,
  })
}

/** Of an event that is too long to be sent live only what tells it apart was sent. */
function withoutPayload(event: TailEvent): TailEvent {
  return { ...event, payload: null, text: 'This event is too long for the live view: see “Where did it go?”.' }
}

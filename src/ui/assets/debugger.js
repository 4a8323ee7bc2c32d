// The live debugger: events as they come, over a WebSocket; filter, search and pause. Without it the page shows the last
// events and a link to look again.
'use strict'
;(() => {
  const root = document.querySelector('[data-tail]')
  if (!root) return
  const LIMIT = 500
  const { live, events: list, page: path, names, words, shown } = root.dataset
  const nameOf = JSON.parse(names)
  const wordsOf = JSON.parse(words)
  const cuts = JSON.parse(shown)
  const rows = root.querySelector('.events')
  const template = root.querySelector('template')
  const said = root.querySelector('.tail-said')
  const form = root.querySelector('form')
  const pause = root.querySelector('[data-pause]')
  const none = root.querySelector('[data-none]')
  const nothing = root.querySelector('[data-nothing]')
  const older = document.querySelector('[data-older]')
  /** Ids of the rows that are there, and of those of which the server says that they have what is looked for. */
  const known = new Set([...rows.children].map((row) => row.dataset.id))
  let hits = new Set()
  let asking
  let socket
  let tries = 0
  let paused = false
  let refreshing = false
  let stale = false
  let pace = { shown: 0, of: 0, since: Date.now() }

  // A number of more digits than JavaScript's keep, as it was sent; an older browser shows it rounded until the page is loaded.
  const asSent = (_, value, facts) =>
    typeof value === 'number' && JSON.rawJSON && String(value) !== facts.source ? JSON.rawJSON(facts.source) : value

  const tell = () => {
    const show = form.elements.status.value || 'all'
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ show, paused: paused || document.hidden }))
  }

  const number = (value) => value.toLocaleString('en-GB')
  const many = (count, one = 'event') => `${number(count)} ${one}${count === 1 ? '' : 's'}`

  function say(words) {
    if (said.textContent !== words) said.textContent = words
  }

  /** Newer is larger; what was rejected comes after the events of its batch. */
  function keyOf(id) {
    const [seq, event] = id.split('.')
    return Number(seq) * 1e7 + (event[0] === 'r' ? 9e6 + Number(event.slice(1)) : Number(event))
  }

  // Shown data is cut as the server cuts it (`ui/shown.ts`), before it becomes part of the page.

  const weightOf = (text) => text.length + 5 * (text.match(/["&'<>]/g)?.length ?? 0)

  function cutText(text, most) {
    if (text.length <= most && weightOf(text) <= most) return { text, cut: false }
    let left = most
    let end = 0
    for (const letter of text.slice(0, most + 1)) {
      left -= weightOf(letter)
      if (left < 0) break
      end += letter.length
    }
    return { text: text.slice(0, end), cut: true }
  }

  function shownJson(value, most, indent = '  ') {
    let text = ''
    let left = most
    let cut = false
    const put = (part) => {
      const fits = cutText(part, left)
      text += fits.text
      left = fits.cut ? 0 : left - weightOf(fits.text)
      cut ||= fits.cut
    }
    const write = (one, depth) => {
      if (typeof one === 'string') return put(JSON.stringify(one.slice(0, left + 1)))
      if (typeof one !== 'object' || one === null || JSON.isRawJSON?.(one)) return put(JSON.stringify(one ?? null))
      const names = Array.isArray(one) ? null : Object.keys(one)
      const [open, close] = names ? '{}' : '[]'
      const size = (names ?? one).length
      const line = indent === '' ? '' : `\n${indent.repeat(depth)}`
      if (size > 0 && depth >= cuts.depth) {
        put(`${open}…${close}`)
        cut = true
        return undefined
      }
      put(open)
      for (let at = 0; at < size; at++) {
        if (left <= 0) {
          cut = true
          return undefined
        }
        put(`${at > 0 ? ',' : ''}${line}${line && indent}`)
        if (names) put(`${JSON.stringify(names[at].slice(0, left + 1))}:${line && ' '}`)
        write(one[names ? names[at] : at], depth + 1)
      }
      return put(size > 0 ? `${line}${close}` : close)
    }
    write(value, 0)
    return { text, cut }
  }

  const marked = ({ text, cut }) => (cut ? `${text}…` : text)
  const short = (text) => cutText(text ?? '', cuts.name).text

  function rawOf({ payload, text }) {
    if (!payload) return text ?? ''
    const shown = shownJson(payload, cuts.raw)
    return shown.cut ? `${shown.text}\n… cut here; “Where did it go?” has it whole` : shown.text
  }

  function factsOf({ payload, messageId, userId, anonymousId, warnings = [], code, destinations }) {
    const facts = []
    let left = cuts.chars
    const add = (name, value) => {
      if (value === undefined || value === null) return true
      if (left <= 0 || facts.length >= cuts.facts) return false
      const words =
        typeof value === 'string' && value !== '' ? cutText(value, cuts.value) : shownJson(value, cuts.value, '')
      const fact = [marked(cutText(name, cuts.name)), marked(words)]
      left -= fact[0].length + fact[1].length
      return facts.push(fact) > 0
    }
    if (code) add('Rejected', `${wordsOf[code] ?? code} (${code})`)
    for (const one of warnings) add('Warning', `${wordsOf[one] ?? one} (${one})`)
    add('User id', userId)
    add('Anonymous id', anonymousId)
    add('Message id', messageId)
    add('Time', payload?.timestamp)
    for (const [id, codes] of Object.entries(destinations?.reasons ?? {})) {
      add(`Not sent to ${nameOf[id] ?? id}`, codes.map((one) => wordsOf[one] ?? one).join(', or '))
    }
    let more = 0
    for (const part of ['properties', 'traits']) {
      const of = payload?.[part]
      if (typeof of !== 'object' || of === null) continue
      const all = Object.keys(of)
      const stop = all.findIndex((name) => !add(`${part}.${name}`, of[name]))
      if (stop >= 0) more += all.length - stop
    }
    if (more > 0) facts.push(['Not shown here', many(more, 'value')])
    return facts
  }

  function whereOf({ status, destinations }) {
    if (status === 'rejected') return 'Rejected'
    if (!destinations) return ''
    const { matched, filtered } = destinations
    if (matched + filtered === 0) return 'Archived'
    return filtered === 0
      ? `To ${matched} of ${matched}`
      : `To ${matched} of ${matched + filtered}, ${filtered} filtered`
  }

  function rowOf(event) {
    const row = template.content.firstElementChild.cloneNode(true)
    const slot = (name) => row.querySelector(`[data-slot="${name}"]`)
    row.dataset.id = event.id
    row.dataset.status = event.status
    const time = row.querySelector('time')
    time.dateTime = event.at
    time.title = event.at
    time.textContent = event.at.slice(11, 23)
    slot('type').textContent = short(event.type ?? 'rejected')
    slot('name').textContent = short(event.name)
    slot('who').textContent = short(event.userId ?? event.anonymousId)
    slot('where').textContent = whereOf(event)
    slot('why').textContent = event.code ? (wordsOf[event.code] ?? event.code) : ''
    slot('raw').textContent = rawOf(event)
    for (const [name, value] of factsOf(event)) {
      const pair = document.createElement('div')
      const dt = document.createElement('dt')
      const dd = document.createElement('dd')
      dt.textContent = name
      dd.textContent = value
      pair.append(dt, dd)
      slot('facts').append(pair)
    }
    const link = row.querySelector('a')
    if (event.status === 'rejected') link.parentElement.remove()
    else link.href = `${path}/${event.id}`
    row.hidden = !wanted(row)
    return row
  }

  /** What is looked for, in the letters that are compared. */
  const wish = () => ({ only: form.elements.status.value, q: form.elements.q.value.trim().toLowerCase() })

  function wanted(row) {
    const { only, q } = wish()
    if (only && row.dataset.status !== only) return false
    return q === '' || hits.has(row.dataset.id) || row.textContent.toLowerCase().includes(q)
  }

  /** `isHit` says of an event that it has what is looked for, though its row may not show it. */
  function add(events, isHit) {
    for (const event of events) {
      if (isHit?.(event)) hits.add(event.id)
      if (known.has(event.id)) continue
      const key = keyOf(event.id)
      let before = rows.firstElementChild
      while (before && keyOf(before.dataset.id) > key) before = before.nextElementSibling
      known.add(event.id)
      rows.insertBefore(rowOf(event), before)
    }
    while (rows.childElementCount > LIMIT) {
      known.delete(rows.lastElementChild.dataset.id)
      rows.lastElementChild.remove()
    }
    sift()
  }

  /** Shows what is wanted; where that is nothing, says so. */
  function sift() {
    let some = false
    for (const row of rows.children) {
      row.hidden = !wanted(row)
      some ||= !row.hidden
    }
    const { only, q } = wish()
    const searched = only !== '' || q !== ''
    rows.hidden = !some
    none.hidden = some || searched
    nothing.hidden = some || !searched
    nothing.querySelector('[data-slot="what"]').textContent =
      q === '' ? 'your choice' : `“${form.elements.q.value.trim()}”`
  }

  /** What was missed: before the socket was open, while it was not, or begun before anybody watched. */
  async function refresh() {
    if (refreshing || paused || document.hidden) {
      stale = true
      return
    }
    refreshing = true
    stale = false
    const looked = address()
    try {
      const response = await fetch(`${list}?${new URLSearchParams([['count', '50'], ...looked])}`, {
        headers: { Accept: 'application/json' },
      })
      const { data } = response.ok ? await response.json() : {}
      // What was looked for may be something else by now.
      if (data && String(looked) === String(address())) {
        add(data.events, () => looked.has('q'))
        if (looked.has('q')) say(`Live: ${many(data.events.length)} of ${many(data.looked)} that were searched.`)
        older.hidden = data.next === null
        older.href = `${path}?${new URLSearchParams([...looked, ['before', data.next ?? '']])}`
      } else if (data) stale = true
    } catch {
      stale = true
    }
    refreshing = false
    if (stale) setTimeout(() => void refresh(), 2000)
  }

  /** The part of the address that says what is looked for, so that it can be sent to somebody. */
  function address() {
    const { q, status } = form.elements
    return new URLSearchParams(
      [
        ['q', q.value.trim()],
        ['status', status.value],
      ].filter(([, value]) => value !== ''),
    )
  }

  /** What is there is sifted at once; what the page does not have, or does not show, is asked for when the typing ends. */
  function search() {
    const looked = String(address())
    history.replaceState(null, '', looked === '' ? path : `${path}?${looked}`)
    hits = new Set()
    sift()
    clearTimeout(asking)
    asking = setTimeout(() => void refresh(), 300)
  }

  function hear(message) {
    const { seq, committedAt, events, refused, archived, rejected } = message
    if (!events) {
      void refresh()
      return
    }
    const words = (value) => (typeof value === 'string' ? value : null)
    const { q } = wish()
    const lines = new Map(events.map(({ event, line }) => [`${seq}.${event}`, line]))
    add(
      events.map(({ event, line, cut, fate, warnings }) => {
        const payload = JSON.parse(line, asSent)
        return {
          id: `${seq}.${event}`,
          status: 'accepted',
          at: payload.receivedAt ?? committedAt,
          type: payload.type,
          name: words(payload.type === 'track' ? payload.event : payload.name),
          messageId: payload.messageId,
          userId: words(payload.userId),
          anonymousId: words(payload.anonymousId),
          warnings,
          destinations: fate,
          payload: cut ? null : payload,
          text: cut ? 'This event is too long for the live view: see “Where did it go?”.' : null,
        }
      }),
      ({ id }) => q !== '' && lines.get(id).toLowerCase().includes(q),
    )
    add(refused.map((one, at) => ({ id: `${seq}.r${at}`, status: 'rejected', ...one })))
    measure(events.length + refused.length, archived + rejected)
  }

  /** Above a rate what is shown is a sample, and says so. */
  function measure(shown, of) {
    const now = Date.now()
    if (now - pace.since > 10_000) pace = { shown: 0, of: 0, since: now }
    pace.shown += shown
    pace.of += of
    const sample = pace.shown < pace.of && (form.elements.status.value || 'all') === 'all'
    say(
      sample
        ? `Live: a sample, ${number(pace.shown)} of the last ${many(pace.of)}. All of them are archived.`
        : `Live: ${many(pace.of)} in the last seconds.`,
    )
  }

  function connect() {
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${live}`)
    socket.addEventListener('open', () => {
      tries = 0
      tell()
      say(paused ? 'Paused.' : 'Live: waiting for events.')
      void refresh()
    })
    socket.addEventListener('message', ({ data }) => {
      if (data !== 'pong') hear(JSON.parse(data))
    })
    socket.addEventListener('close', ({ code }) => {
      // Who is here may not be any more: what the page answers says why.
      if (code === 4003) return location.reload()
      if (code === 4001)
        return say('Not live: you watch this source in four newer windows. Load this page to watch here.')
      // Its time was over: access is asked for again at once.
      const wait = code === 4000 ? 0 : Math.min(30_000, 1000 * 2 ** tries++)
      if (wait > 0) say(`Not live: the connection is gone. Trying again in ${wait / 1000} seconds.`)
      setTimeout(connect, wait)
    })
  }

  form.addEventListener('submit', (event) => event.preventDefault())
  form.elements.q.addEventListener('input', search)
  form.elements.status.addEventListener('change', () => {
    tell()
    search()
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
  setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send('ping'), 30_000)
  connect()
})()

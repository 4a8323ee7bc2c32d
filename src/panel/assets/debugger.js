// The live debugger: events as they come, over a WebSocket; filter, search and pause. Without it the page shows the last
// events and a link to look again.
'use strict'
;(() => {
  const root = document.querySelector('[data-tail]')
  if (!root) return
  const LIMIT = 500
  const { live, events: list, names, words } = root.dataset
  const nameOf = JSON.parse(names)
  const wordsOf = JSON.parse(words)
  const rows = root.querySelector('.events')
  const template = root.querySelector('template')
  const said = root.querySelector('.tail-said')
  const form = root.querySelector('form')
  const pause = root.querySelector('[data-pause]')
  const empty = root.querySelector('.empty')
  let socket
  let tries = 0
  let paused = false
  let refreshing = false
  let stale = false
  let pace = { shown: 0, of: 0, since: Date.now() }

  const wish = () => ({ show: form.elements.status.value || 'all', paused: paused || document.hidden })
  const tell = () => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(wish()))
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

  function say(words) {
    if (said.textContent !== words) said.textContent = words
  }

  /** Newer is larger; what was rejected comes after the events of its batch. */
  function keyOf(id) {
    const [seq, event] = id.split('.')
    return Number(seq) * 1e7 + (event[0] === 'r' ? 9e6 + Number(event.slice(1)) : Number(event))
  }

  function factsOf({ payload, messageId, userId, anonymousId, code, destinations }) {
    const facts = []
    const add = (name, value) => value !== undefined && value !== null && facts.push([name, text(value)])
    if (code) add('Rejected', `${wordsOf[code] ?? code} (${code})`)
    add('User id', userId)
    add('Anonymous id', anonymousId)
    add('Message id', messageId)
    add('Time', payload?.timestamp)
    for (const part of ['properties', 'traits']) {
      for (const [name, value] of Object.entries(payload?.[part] ?? {})) add(`${part}.${name}`, value)
    }
    for (const [id, codes] of Object.entries(destinations?.reasons ?? {})) {
      add(`Not sent to ${nameOf[id] ?? id}`, codes.map((one) => wordsOf[one] ?? one).join(', or '))
    }
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
    slot('type').textContent = event.type ?? 'rejected'
    slot('name').textContent = event.name ?? (event.code ? (wordsOf[event.code] ?? event.code) : '')
    slot('who').textContent = event.userId ?? event.anonymousId ?? ''
    slot('where').textContent = whereOf(event)
    slot('raw').textContent = event.payload ? JSON.stringify(event.payload, null, 2) : (event.text ?? '')
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
    else link.href = `${list.replace(/\/events$/, '')}/${event.id}`
    row.hidden = !wanted(row)
    return row
  }

  function wanted(row) {
    const { status, q } = form.elements
    if (status.value && row.dataset.status !== status.value) return false
    const words = q.value.trim().toLowerCase()
    return words === '' || row.textContent.toLowerCase().includes(words)
  }

  function add(events) {
    for (const event of events) {
      const key = keyOf(event.id)
      let before = rows.firstElementChild
      while (before && keyOf(before.dataset.id) > key) before = before.nextElementSibling
      if (before?.dataset.id === event.id) continue
      rows.insertBefore(rowOf(event), before)
    }
    while (rows.childElementCount > LIMIT) rows.lastElementChild.remove()
    rows.hidden = rows.childElementCount === 0
    if (empty) empty.hidden = !rows.hidden
  }

  /** What was missed: before the socket was open, while it was not, or begun before anybody watched. */
  async function refresh() {
    if (refreshing || paused || document.hidden) {
      stale = true
      return
    }
    refreshing = true
    stale = false
    const { status, q } = form.elements
    const query = new URLSearchParams({
      count: '50',
      ...(status.value && { status: status.value }),
      ...(q.value.trim() && { q: q.value.trim() }),
    })
    try {
      const response = await fetch(`${list}?${query}`, { headers: { Accept: 'application/json' } })
      if (response.ok) add((await response.json()).data.events)
    } catch {
      stale = true
    }
    refreshing = false
    if (stale) setTimeout(refresh, 2000)
  }

  function hear(message) {
    const { seq, committedAt, events, refused, archived, rejected } = message
    if (!events) {
      void refresh()
      return
    }
    add(
      events.map(({ event, line, cut, fate }) => {
        const payload = JSON.parse(line)
        return {
          id: `${seq}.${event}`,
          status: 'accepted',
          at: payload.receivedAt ?? committedAt,
          type: payload.type,
          name: payload.type === 'track' ? payload.event : payload.name,
          messageId: payload.messageId,
          userId: payload.userId,
          anonymousId: payload.anonymousId,
          destinations: fate,
          payload: cut ? null : payload,
          text: cut ? 'This event is too long for the live view: see “Where did it go?”.' : null,
        }
      }),
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
    const number = (value) => value.toLocaleString('en-GB')
    const sample = pace.shown < pace.of && (form.elements.status.value || 'all') === 'all'
    say(
      sample
        ? `Live: a sample, ${number(pace.shown)} of the last ${number(pace.of)} events. All of them are archived.`
        : `Live: ${number(pace.of)} ${pace.of === 1 ? 'event' : 'events'} in the last seconds.`,
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
  form.addEventListener('input', () => {
    for (const row of rows.children) row.hidden = !wanted(row)
  })
  form.addEventListener('change', () => {
    tell()
    void refresh()
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

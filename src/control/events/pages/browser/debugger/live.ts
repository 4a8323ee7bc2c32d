import type { TailMessage } from '../../../../../intake/index.ts'
import { parse } from './parse.ts'

/** Codes of `src/intake/tail.ts`: its time was over, the person has opened newer ones, access has ended. */
const OVERDUE = 4_000
const FOR_NEWER = 4_001
const ENDED = 4_003

const MOST_WAIT_MS = 30_000
const PING_MS = 30_000

interface Hearer {
  opened(): void
  heard(message: TailMessage): void
  /** What to say of the connection. */
  say(words: string): void
}

/** Watches the source, and tries again whenever the connection is gone. */
export function watch(path: string, { opened, heard, say }: Hearer) {
  let socket: WebSocket | undefined
  let tries = 0

  function connect(): void {
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`)
    socket.addEventListener('open', () => {
      tries = 0
      opened()
    })
    socket.addEventListener('message', ({ data }) => {
      if (data !== 'pong') heard(parse(String(data)) as TailMessage)
    })
    socket.addEventListener('close', ({ code }) => {
      // Who is here may not be any more: what the page answers says why.
      if (code === ENDED) return location.reload()
      if (code === FOR_NEWER)
        return say('Not live: you watch this source in four newer windows. Load this page to watch here.')
      // Access is asked for again at once.
      const wait = code === OVERDUE ? 0 : Math.min(MOST_WAIT_MS, 1_000 * 2 ** tries++)
      if (wait > 0) say(`Not live: the connection is gone. Trying again in ${wait / 1_000} seconds.`)
      setTimeout(connect, wait)
    })
  }

  const send = (text: string) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(text)
  }
  setInterval(() => send('ping'), PING_MS)
  connect()
  return { tell: (wish: { show: string; paused: boolean }) => send(JSON.stringify(wish)) }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an endpoint can do wrong, one at a time. */
export type Fault =
  | 'takes any key'
  | 'takes no key for one'
  | 'does not know a call that it names'
  | '400 for calls that it does not take'
  | '500 for half an event'
  | 'counts repeats'
  | 'refuses what is older'
  | 'uses the time of arrival'
  | 'knows no delete'
  | '16 KB at most'
  | 'one-byte letters'
  | 'falls over null'
  | 'closed list of fields'
  | 'flat settings only'
  | '503 under load'
  | 'slow under load'
  | '500 beyond its rate'
  | 'redirects'
  | 'hangs'
  | 'cuts its answer'
  | 'hangs up'
  | 'Retry-After in words'
  | 'refuses without a word'
  | 'counts what comes at once'
  | 'locks what was cut off'
  | 'forgets whom it told to wait'
  | 'hides nothing'
  | 'says nothing of the last of a list'

interface Partner extends AsyncDisposable {
  endpoint: string
  readBack: string
  requests: () => number
}

const KEY = 'right-key'
const KNOWN = ['identify', 'track', 'page', 'group', 'delete']

/** An endpoint as a partner would write one, which does what the contract says but for its fault. */
export async function partner(fault?: Fault): Promise<Partner> {
  const events = new Map<string, { count: number; timestamp: string }>()
  let newest = ''
  /** Under way, or cut off before they were answered. */
  const locked = new Set<string>()
  const told = new Set<string>()
  let open = 0
  let seen = 0

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
    const say = (status: number, message?: string, headers: Record<string, string> = {}) => {
      const explained = message !== undefined && fault !== 'refuses without a word'
      // What a careless endpoint says again for whoever has to debug it.
      const again = fault === 'hides nothing' && { got: request.headers.authorization, user }
      response.writeHead(status, { ...headers, ...(explained && { 'content-type': 'application/json' }) })
      response.end(explained || again ? JSON.stringify({ message, ...again }) : '')
    }
    const asked = new URL(request.url ?? '', 'http://partner')
    if (request.method === 'GET') {
      const known = events.get(asked.searchParams.get('id') ?? '')
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(known ?? { count: 0 }))
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    seen++

    if (fault === 'redirects') return say(302, 'elsewhere', { location: '/elsewhere' })
    if (fault === 'hangs') return
    if (fault === 'hangs up') return void request.socket.destroy()
    if (fault === 'cuts its answer') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half of ')
      return void setTimeout(() => request.socket.destroy(), 5)
    }
    const isKnown = user === `${KEY}:` || fault === 'takes any key' || (fault === 'takes no key for one' && user === '')
    if (!isKnown) return say(401, 'This API key is not valid.')

    const settings = JSON.parse(
      Buffer.from(String(request.headers['x-segment-settings'] ?? 'e30='), 'base64').toString(),
    ) as Record<string, unknown>
    if (fault === 'flat settings only' && Object.values(settings).some((one) => typeof one === 'object')) {
      return say(500, 'Something broke.')
    }
    if (fault === '16 KB at most' && bytes.length > 16_384) return say(413, 'Too large.')
    let listed: Record<string, unknown>[]
    try {
      listed = [JSON.parse(bytes.toString()) as Record<string, unknown>].flat()
    } catch {
      return say(fault === '500 for half an event' ? 500 : 400, 'This is no JSON.')
    }
    const [event = {}, ...others] = listed
    if (others.length > 0) {
      const told = fault === 'says nothing of the last of a list' ? others : listed
      response.writeHead(207, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ results: told.map(() => ({ status: 200 })) }))
    }
    const type = String(event.type)
    const takes = KNOWN.filter(
      (one) =>
        !(fault === 'does not know a call that it names' && one === 'group') &&
        !(fault === 'knows no delete' && one === 'delete'),
    )
    if (!takes.includes(type)) {
      return say(fault === '400 for calls that it does not take' ? 400 : 501, `We take no ${type}.`)
    }
    const text = JSON.stringify(event)
    if (fault === 'one-byte letters' && /[\u0100-\uffff]/.test(text)) return say(500, 'Incorrect string value.')
    if (fault === 'falls over null' && type !== 'delete' && text.includes(':null'))
      return say(500, 'null is no object.')
    if (fault === 'closed list of fields' && 'certifyNewField' in event) return say(400, 'Unknown field.')
    const timestamp = String(event.timestamp)
    if (fault === 'refuses what is older' && timestamp < newest) return say(400, 'Too old.')
    newest = timestamp > newest ? timestamp : newest

    const id = String(event.messageId)
    const known = events.has(id)
    if (locked.has(id)) return say(409, 'This event is under way.')
    if (fault === 'locks what was cut off' && open === 0) {
      locked.add(id)
      await new Promise((resolve) => setTimeout(resolve, 15))
      if (response.destroyed) return
      locked.delete(id)
    }
    if (told.has(id)) return say(500, 'Out of room.')

    open++
    // So long that on a busy machine, too, two that are sent at once are there at once.
    const waitMs = fault === 'counts what comes at once' ? 40 : 2
    await new Promise((resolve) => setTimeout(resolve, fault === 'slow under load' && open > 5 ? 1_100 : waitMs))
    const crowd = open--
    if (waitMs > 2 && response.destroyed) return
    if (fault === '503 under load' && crowd > 10) return say(503, 'Busy.')
    if (fault === '500 beyond its rate' && crowd > 45) return say(500, 'Out of connections.')
    if (fault === 'Retry-After in words' && crowd > 10) return say(429, 'Busy.', { 'retry-after': 'in a while' })
    if (fault === 'forgets whom it told to wait' && crowd > 10) {
      told.add(id)
      return say(429, 'Busy.', { 'retry-after': '1' })
    }
    if (crowd > 60) return say(429, 'Busy.', { 'retry-after': '1' })

    // Whoever looks before it waits does not see the other one.
    const isNew = fault === 'counts what comes at once' ? !known : !events.has(id)
    const before = events.get(id)?.count ?? 0
    const kept = fault === 'uses the time of arrival' ? new Date().toISOString() : timestamp
    events.set(id, { count: isNew || fault === 'counts repeats' ? before + 1 : before, timestamp: kept })
    return say(200)
  }

  const server = createServer((request, response) => void receive(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}/events`,
    readBack: `http://127.0.0.1:${port}/known?id={messageId}`,
    requests: () => seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

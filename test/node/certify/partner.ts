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

/** What goes wrong only later, when it is certified. */
type Trouble = 'refuses all at its new address' | 'refuses what it knew'

/** What shows itself by how many are there at once. */
const CROWDED: readonly Fault[] = [
  'counts what comes at once',
  '503 under load',
  'Retry-After in words',
  'forgets whom it told to wait',
]

interface Partner extends AsyncDisposable {
  endpoint: string
  readBack: string
  requests: () => number
  /** What it does wrong at the moment. */
  faults: Set<Fault | Trouble>
}

const KEY = 'right-key'
const PATH = '/events'
const KNOWN = ['identify', 'track', 'page', 'group', 'delete']

/** An endpoint as a partner would write one, which does what the contract says but for its faults, as long as it has them. */
export async function partner(...first: (Fault | undefined)[]): Promise<Partner> {
  const faults = new Set<Fault | Trouble>(first.filter((one) => one !== undefined))
  const has = (fault: Fault | Trouble) => faults.has(fault)
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
      const explained = message !== undefined && !has('refuses without a word')
      // What a careless endpoint says again for whoever has to debug it.
      const again = has('hides nothing') && { got: request.headers.authorization, user }
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

    if (has('redirects')) return say(302, 'elsewhere', { location: '/elsewhere' })
    if (has('hangs')) return
    if (has('hangs up')) return void request.socket.destroy()
    if (has('cuts its answer')) {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half of ')
      return void setTimeout(() => request.socket.destroy(), 5)
    }
    const isKnown = user === `${KEY}:` || has('takes any key') || (has('takes no key for one') && user === '')
    if (!isKnown) return say(401, 'This API key is not valid.')

    const settings = JSON.parse(
      Buffer.from(String(request.headers['x-segment-settings'] ?? 'e30='), 'base64').toString(),
    ) as Record<string, unknown>
    if (has('flat settings only') && Object.values(settings).some((one) => typeof one === 'object')) {
      return say(500, 'Something broke.')
    }
    if (has('16 KB at most') && bytes.length > 16_384) return say(413, 'Too large.')
    let listed: Record<string, unknown>[]
    try {
      listed = [JSON.parse(bytes.toString()) as Record<string, unknown>].flat()
    } catch {
      return say(has('500 for half an event') ? 500 : 400, 'This is no JSON.')
    }
    const [event = {}, ...others] = listed
    if (others.length > 0) {
      const told = has('says nothing of the last of a list') ? others : listed
      response.writeHead(207, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ results: told.map(() => ({ status: 200 })) }))
    }
    if (has('refuses all at its new address') && asked.pathname !== PATH) return say(400, 'We know no such field.')
    if (has('refuses what it knew') && event.event === 'Refunded') return say(400, 'We know no refunds.')
    const type = String(event.type)
    const takes = KNOWN.filter(
      (one) =>
        !(has('does not know a call that it names') && one === 'group') &&
        !(has('knows no delete') && one === 'delete'),
    )
    if (!takes.includes(type)) {
      return say(has('400 for calls that it does not take') ? 400 : 501, `We take no ${type}.`)
    }
    const text = JSON.stringify(event)
    if (has('one-byte letters') && /[\u0100-\uffff]/.test(text)) return say(500, 'Incorrect string value.')
    if (has('falls over null') && type !== 'delete' && text.includes(':null')) return say(500, 'null is no object.')
    if (has('closed list of fields') && 'certifyNewField' in event) return say(400, 'Unknown field.')
    const timestamp = String(event.timestamp)
    if (has('refuses what is older') && timestamp < newest) return say(400, 'Too old.')
    newest = timestamp > newest ? timestamp : newest

    const id = String(event.messageId)
    const known = events.has(id)
    if (locked.has(id)) return say(409, 'This event is under way.')
    if (has('locks what was cut off') && open === 0) {
      locked.add(id)
      await new Promise((resolve) => setTimeout(resolve, 15))
      if (response.destroyed) return
      locked.delete(id)
    }
    if (told.has(id)) return say(500, 'Out of room.')

    open++
    // So long that on a busy machine, too, those that are sent at once are there at once.
    const waitMs = CROWDED.some(has) ? 40 : 2
    await new Promise((resolve) => setTimeout(resolve, has('slow under load') && open > 5 ? 1_100 : waitMs))
    const crowd = open--
    if (has('counts what comes at once') && response.destroyed) return
    if (has('503 under load') && crowd > 10) return say(503, 'Busy.')
    if (has('500 beyond its rate') && crowd > 45) return say(500, 'Out of connections.')
    if (has('Retry-After in words') && crowd > 10) return say(429, 'Busy.', { 'retry-after': 'in a while' })
    if (has('forgets whom it told to wait') && crowd > 10) {
      told.add(id)
      return say(429, 'Busy.', { 'retry-after': '1' })
    }
    if (crowd > 60) return say(429, 'Busy.', { 'retry-after': '1' })

    // Whoever looks before it waits does not see the other one.
    const isNew = has('counts what comes at once') ? !known : !events.has(id)
    const before = events.get(id)?.count ?? 0
    const kept = has('uses the time of arrival') ? new Date().toISOString() : timestamp
    events.set(id, { count: isNew || has('counts repeats') ? before + 1 : before, timestamp: kept })
    return say(200)
  }

  const server = createServer((request, response) => void receive(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}${PATH}`,
    readBack: `http://127.0.0.1:${port}/known?id={messageId}`,
    requests: () => seen,
    faults,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

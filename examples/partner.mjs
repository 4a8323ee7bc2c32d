// A partner's endpoint: what a tool builds once, so that its customers can connect it with their API keys.
// For Node 18 or newer, without dependencies. CUSTOMERS=key=name,key=name node examples/partner.mjs
import { createServer } from 'node:http'

const { CUSTOMERS = 'acme-key=Acme', HOST = '127.0.0.1', PORT = '8081' } = process.env
const MAX_BYTES = 1024 * 1024
const customers = new Map(CUSTOMERS.split(',').map((one) => one.split('=')))
const people = new Map() // In production: your database, with a unique key of customer and messageId.
const seen = new Set()

/** The API key is the user name; everything else that the customer filled in comes as JSON in base64. */
function read(headers) {
  const user = Buffer.from(headers['authorization']?.replace(/^Basic /i, '') ?? '', 'base64').toString()
  const settings = Buffer.from(headers['x-segment-settings'] ?? 'e30=', 'base64').toString()
  return { customer: customers.get(user.replace(/:$/, '')), settings: JSON.parse(settings) }
}

/** Answers a status, and the words for the customer where it is not taken. */
function take(customer, settings, event) {
  const { type, userId, traits, messageId, projectId } = event
  if (!['identify', 'track', 'delete'].includes(type)) return [501, `We take no ${type} events.`]
  if (!userId) return [400, 'We know people by their userId, and this event has none.']
  const id = `${projectId} ${messageId}`
  if (seen.has(id)) return [200] // Deliveries are repeated when an answer was lost.
  const key = `${customer} ${userId}`
  const { events = 0, ...known } = people.get(key) ?? {}
  if (type === 'delete') people.delete(key)
  else if (type === 'identify') people.set(key, { ...known, events, ...traits })
  else people.set(key, { ...known, events: events + 1 })
  if (seen.add(id).size > 100_000) seen.delete(seen.values().next().value)
  console.log(`${customer} (${settings.region ?? 'eu'}): ${type} of ${userId} ${JSON.stringify(people.get(key))}`)
  return [200]
}

async function receive(request, response) {
  const answer = (status, message) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(message ? { message } : {}))
  try {
    const { customer, settings } = read(request.headers)
    if (!customer) return answer(401, 'This API key is not valid (any more).')
    const chunks = []
    let size = 0
    for await (const chunk of request) if ((size += chunk.length) <= MAX_BYTES) chunks.push(chunk)
    return answer(...take(customer, settings, JSON.parse(Buffer.concat(chunks))))
  } catch (error) {
    if (error instanceof SyntaxError) return answer(400, 'This is not JSON.')
    console.error(error)
    return answer(500) // Sluice tries again.
  }
}

const server = createServer((request, response) => void receive(request, response))
server.listen(Number(PORT), HOST, () => console.log(`listening on http://${HOST}:${server.address().port}`))

import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
const { SIGNING_SECRET, SHARED_SECRET, HOST = '127.0.0.1', PORT = '8080' } = process.env
if (!SIGNING_SECRET && !SHARED_SECRET) throw new Error('Set SIGNING_SECRET, SHARED_SECRET or both.')
const TOLERANCE_SECONDS = 5 * 60
const MAX_BYTES = 1024 * 1024
const seen = new Set() // In production: a unique key in your database.

const handle = ({ type, messageId }) => console.log(`handled ${type} ${messageId}`)

function equal(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function verify(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!id || !signatures || !/^\d+$/.test(timestamp)) return false
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return signatures.split(' ').some((signature) => equal(signature, `v1,${mac}`))
}

function verifyShared(headers, body, secret) {
  return equal(headers['x-signature'] ?? '', createHmac('sha1', secret).update(body).digest('hex'))
}

async function receive(request, response) {
  try {
    const chunks = []
    let size = 0
    for await (const chunk of request) if ((size += chunk.length) <= MAX_BYTES) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (SIGNING_SECRET && !verify(request.headers, body, SIGNING_SECRET)) return response.writeHead(401).end()
    if (SHARED_SECRET && !verifyShared(request.headers, body, SHARED_SECRET)) return response.writeHead(401).end()
    // One event, or a list of several.
    for (const event of [JSON.parse(body)].flat()) {
      const id = `${event.projectId} ${event.messageId}`
      if (!seen.has(id)) handle(event)
      if (seen.add(id).size > 100_000) seen.delete(seen.values().next().value)
    }
    response.writeHead(204).end()
  } catch (error) {
    console.error(error)
    response.writeHead(500).end() // Sluice tries again.
  }
}
const server = createServer((request, response) => void receive(request, response))
server.listen(Number(PORT), HOST, () => console.log(`listening on http://${HOST}:${server.address().port}`))

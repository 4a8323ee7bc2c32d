import { createServer } from 'node:http'
import { ensureFree } from './options.mjs'

/** What the page has of the last deliveries. */
const MOST_SHOWN = 50
const MOST_CHARS = 4_000
const TIMEOUT_MS = 15_000
/** Headers that are not handed on. */
const OF_ONE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])

/**
 * Stands between the platform and a partner's endpoint: hands each delivery on, remembers it with its reply, and shows the
 * last ones on a page, which asks for itself again every two seconds. On this machine only.
 * @param {number} port of the page and of what comes in
 * @param {string | undefined} endpoint where deliveries go on to; without it they are taken here
 * @param {string} name of the integration
 */
export async function startArrivals(port, endpoint, name) {
  await ensureFree(port)
  const shown = []
  let total = 0
  const server = createServer((request, response) => {
    // Another site that a browser here has open must not read it under a name of its own.
    if (!/^(?:127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? '')) return void response.writeHead(421).end()
    if (request.method !== 'POST') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
      return void response.end(pageOf(name, endpoint, shown, total))
    }
    void deliver(request, response)
  })

  async function deliver(request, response) {
    const parts = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const began = Date.now()
    const reply = endpoint === undefined ? { status: 200, text: '' } : await handOn(request.headers, body)
    shown.unshift({ at: began, tookMs: Date.now() - began, headers: request.headers, body: body.toString(), reply })
    shown.length = Math.min(shown.length, MOST_SHOWN)
    total++
    response.writeHead(reply.status, reply.headers).end(reply.text)
  }

  async function handOn(received, body) {
    const headers = Object.fromEntries(Object.entries(received).filter(([key]) => !OF_ONE_CONNECTION.has(key)))
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const reply = await fetch(endpoint, { method: 'POST', headers, body, redirect: 'manual', signal })
      const told = ['content-type', 'retry-after', 'location'].flatMap((key) =>
        reply.headers.has(key) ? [[key, reply.headers.get(key)]] : [],
      )
      return { status: reply.status, headers: Object.fromEntries(told), text: await reply.text() }
    } catch (error) {
      const message = `Your endpoint did not answer: ${error.cause?.message ?? error.message}`
      return { status: 503, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ message }) }
    }
  }

  await new Promise((done) => server.listen(port, '127.0.0.1', done))
  const close = () =>
    new Promise((done) => {
      server.close(done)
      server.closeAllConnections()
    })
  const url = `http://127.0.0.1:${port}`
  return { url: `${url}/`, inUrl: `${url}/in`, close }
}

function pageOf(name, endpoint, shown, total) {
  const rows = shown.map((one) => {
    const event = parsed(one.body)
    const title = [event?.type ?? 'no JSON', event?.event ?? event?.name].filter(Boolean).join(' ')
    const good = one.reply.status >= 200 && one.reply.status < 300
    return `<li><details>
<summary><b class="${good ? 'good' : 'bad'}">${one.reply.status}</b> ${escaped(title)}
<small>${new Date(one.at).toISOString().slice(11, 19)} UTC, ${one.tookMs} ms</small></summary>
<h2>What arrived</h2><pre>${escaped(headerLines(one.headers))}

${escaped(JSON.stringify(event ?? one.body, null, 2).slice(0, MOST_CHARS))}</pre>
<h2>What was answered</h2><pre>${one.reply.status}

${escaped(one.reply.text.slice(0, MOST_CHARS)) || '(empty)'}</pre>
</details></li>`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>What arrives at ${escaped(name)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
ul { padding: 0; list-style: none; }
li { border-top: 1px solid #8884; padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { overflow: auto; padding: .75rem; border: 1px solid #8884; }
h2 { font-size: 1rem; }
.good { color: light-dark(#0a6b2d, #6fdc8c); }
.bad { color: light-dark(#a3161b, #ff8a8f); }
</style></head><body><main>
<h1>What arrives at ${escaped(name)}</h1>
<p>${total} deliveries so far; ${endpoint ? `each goes on to <code>${escaped(endpoint)}</code>` : 'the kit takes them'}.</p>
<ul>${rows.join('\n')}</ul>
</main></body></html>`
}

/** With the key and the settings as your endpoint reads them. */
function headerLines(headers) {
  return Object.entries(headers)
    .map(([key, value]) => `${key}: ${value}${key === 'x-segment-settings' ? `  (${decoded(value)})` : ''}`)
    .join('\n')
}

function decoded(value) {
  return Buffer.from(String(value), 'base64').toString()
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text) {
  return String(text).replaceAll(/[&<>"]/g, (one) => ESCAPES[one])
}

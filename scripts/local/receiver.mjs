import { createServer } from 'node:http'

/**
 * Plays the partner: a local HTTP server that takes every POST and says so.
 * @param {(path: string, event: {messageId: string, type: string, event?: string, name?: string}) => void} onEvent
 */
export async function startReceiver(onEvent) {
  const server = createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      response.end()
      try {
        onEvent(request.url ?? '/', JSON.parse(Buffer.concat(parts).toString()))
      } catch {
        console.log(`  a request to ${request.url} was not JSON`)
      }
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${server.address().port}`
  const close = () =>
    new Promise((done) => {
      server.close(done)
      server.closeAllConnections()
    })
  return { url, close }
}

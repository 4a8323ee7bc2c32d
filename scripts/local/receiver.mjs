import { createServer } from 'node:http'

/**
 * Plays the partner: a local HTTP server that takes every POST and says so.
 * @param {(path: string, event: {messageId: string, type: string, event?: string, name?: string}) => void} onEvent
 * @param {string} [before] where it was the last time: it is there again, unless somebody else is.
 */
export async function startReceiver(onEvent, before) {
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
  const port = Number(before === undefined ? 0 : new URL(before).port)
  await listen(server, port).catch(() => listen(server, 0))
  const url = `http://127.0.0.1:${server.address().port}`
  const close = () =>
    new Promise((done) => {
      server.close(done)
      server.closeAllConnections()
    })
  return { url, close }
}

function listen(server, port) {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail)
      done()
    })
  })
}

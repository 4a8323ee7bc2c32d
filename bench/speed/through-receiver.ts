import { Buffer } from 'node:buffer'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Once in each event, and nowhere else in one of the bench. */
const MARK = Buffer.from('"messageId":')

export interface CountingReceiver {
  url: string
  /** Events that have come in the bodies so far. */
  events(): number
  close(): void
}

/** Takes everything at once, one event or a list of them in a request. */
export async function countingReceiver(): Promise<CountingReceiver> {
  let events = 0
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      events += marksIn(Buffer.concat(parts))
      response.end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, events: () => events, close }
}

function marksIn(body: Buffer): number {
  let marks = 0
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + MARK.length)) marks++
  return marks
}

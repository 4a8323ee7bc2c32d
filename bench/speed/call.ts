import { createServer } from 'node:http'
import type { RunningWorkerd } from './workerd.ts'

/** Has a Worker of the bench do what is behind this path. Throws what it says when it cannot. */
export async function call({ port }: RunningWorkerd, path: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  await response.body?.cancel()
}

export interface CountingReceiver {
  port: number
  received(): number
  close(): void
}

/** A receiver on a free port of loopback that takes everything at once, and counts it. */
export async function countingReceiver(): Promise<CountingReceiver> {
  let received = 0
  const server = createServer((request, response) => {
    received++
    request.resume()
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: address.port, received: () => received, close }
}

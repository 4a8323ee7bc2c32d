import { Buffer } from 'node:buffer'
import { connect, type Socket } from 'node:net'

const CONNECTIONS = 32

export interface Leg {
  requests: number
  seconds: number
}

export interface TimedLeg extends Leg {
  /** Milliseconds until each reply was there. */
  latencies: number[]
}

/**
 * As many requests as 32 kept connections bring about in a time, each beginning when its predecessor was answered. On
 * sockets, because Node's own HTTP clients cost more than what is measured. Throws at the first answer that is not a 200.
 */
export async function load(port: number, bodies: readonly Buffer[], ms: number): Promise<Leg> {
  return loadOf(port, CONNECTIONS, (at) => (turn) => bodies[(at + turn * CONNECTIONS) % bodies.length], ms)
}

/**
 * The same with so many connections, each with requests of its own. What one makes may be one buffer that changes: it is
 * asked for when the request before was answered.
 */
export async function loadOf(
  port: number,
  connections: number,
  requestsOf: (connection: number) => (turn: number) => Buffer | undefined,
  ms: number,
): Promise<TimedLeg> {
  const began = performance.now()
  const latencies: number[] = []
  const end = began + ms
  const each = await Promise.all(
    Array.from({ length: connections }, (_, at) => drive(port, requestsOf(at), end, latencies)),
  )
  const requests = each.reduce((sum, n) => sum + n, 0)
  return { requests, seconds: (performance.now() - began) / 1_000, latencies }
}

/** Each of these requests once, on the same connections. Throws at the first answer that is not a 200. */
export async function sendEach(port: number, requests: readonly Buffer[]): Promise<void> {
  const connections = Math.min(CONNECTIONS, requests.length)
  await Promise.all(
    Array.from({ length: connections }, (_, at) => {
      const own = requests.filter((_, n) => n % connections === at)
      return drive(port, (turn) => own[turn], Infinity, [])
    }),
  )
}

/** One whole request, as bytes. */
export function requestOf(path: string, writeKey: string, body: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Basic ${btoa(`${writeKey}:`)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** One request after the other until `end`, or until there is none. */
function drive(
  port: number,
  next: (turn: number) => Buffer | undefined,
  end: number,
  latencies: number[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let turn = 0
    let text = ''
    let sentAt = 0
    const send = () => {
      sentAt = performance.now()
      const request = sentAt < end ? next(turn) : undefined
      if (request) return void socket.write(request)
      socket.destroy()
      resolve(turn)
    }
    socket.on('connect', send)
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (!isWhole(text)) return
      if (!text.startsWith('HTTP/1.1 200 ')) return fail(socket, reject, text)
      text = ''
      turn++
      latencies.push(performance.now() - sentAt)
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`a connection was closed after ${turn} answers`)))
  })
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head + 4 + Number(length)
}

function fail(socket: Socket, reject: (error: Error) => void, text: string): void {
  socket.destroy()
  reject(new Error(`an answer that is not a 200: ${text.slice(0, 300)}`))
}

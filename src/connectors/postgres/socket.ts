import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import type { Phase } from './connection.ts'

/** Bytes on their way before the next piece has to wait. */
const HIGH_WATER = 512 * 1024

/**
 * A socket of Workers as `pg` wants one. The driver's own says that there is always room, so that a slow server would have
 * a whole portion buffered; this one says no above half a megabyte, and `drain` when it is gone.
 */
export class WorkerSocket extends EventEmitter {
  writable = false
  destroyed = false
  phase: Phase = 'connecting'
  #socket: Socket | null = null
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  #waiting = 0
  #closed = false
  readonly #tls: boolean

  constructor(tls: boolean) {
    super()
    this.#tls = tls
  }

  connect(port: number, host: string): this {
    void this.#open(port, host)
    return this
  }

  /** `false`: there is no room until `drain`. */
  write(data: Uint8Array | string, ...rest: unknown[]): boolean {
    const done = rest.findLast((one) => typeof one === 'function') as ((error?: unknown) => void) | undefined
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    const writer = this.#writer
    if (!writer || bytes.length === 0) {
      done?.()
      return true
    }
    this.#waiting += bytes.length
    void this.#written(writer.write(bytes), bytes.length, done)
    return this.#waiting < HIGH_WATER
  }

  async #written(writing: Promise<void>, length: number, done?: (error?: unknown) => void): Promise<void> {
    try {
      await writing
    } catch (error) {
      this.#fail(error)
      return done?.(error)
    }
    const wasFull = this.#waiting >= HIGH_WATER
    this.#waiting -= length
    if (wasFull && this.#waiting < HIGH_WATER) this.emit('drain')
    done?.()
  }

  end(data?: Uint8Array): this {
    if (data) this.write(data)
    this.writable = false
    void this.#finish()
    return this
  }

  /** What was written goes out first. */
  async #finish(): Promise<void> {
    await this.#writer?.close().catch(() => undefined)
    this.#close()
  }

  destroy(error?: unknown): this {
    if (this.destroyed) return this
    this.destroyed = true
    if (error !== undefined) this.#fail(error)
    this.#close()
    return this
  }

  /** After the server has said that it speaks TLS. */
  startTls(options: { servername?: string }): void {
    const socket = this.#socket
    if (!socket) return this.#fail(new Error('the connection is closed'))
    this.phase = 'tls'
    this.#writer?.releaseLock()
    this.#reader?.releaseLock()
    this.#use(socket.startTls(options.servername === undefined ? {} : { expectedServerHostname: options.servername }))
    void this.#read('startup')
  }

  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  async #open(port: number, host: string): Promise<void> {
    try {
      const { connect } = await import('cloudflare:sockets')
      const address = { hostname: host.includes(':') ? `[${host}]` : host, port }
      const socket = connect(address, { secureTransport: this.#tls ? 'starttls' : 'off', allowHalfOpen: false })
      this.#use(socket)
      await socket.opened
      if (this.destroyed) return
      this.writable = true
      if (!this.#tls) this.phase = 'startup'
      this.emit('connect')
      if (this.#tls) await this.#readOnce()
      else await this.#read('startup')
    } catch (error) {
      this.#fail(error)
    }
  }

  #use(socket: Socket): void {
    this.#socket = socket
    this.#writer = socket.writable.getWriter()
    this.#reader = socket.readable.getReader()
    // Where something waits for them, they tell it themselves.
    for (const promise of [socket.closed, socket.opened, this.#writer.closed, this.#reader.closed])
      promise.catch(() => undefined)
  }

  /** Whether it speaks TLS: a letter, before which nothing else may be read. */
  async #readOnce(): Promise<void> {
    const { done, value } = (await this.#reader?.read()) ?? { done: true }
    if (done || !value) return this.#close()
    this.emit('data', Buffer.from(value.buffer, value.byteOffset, value.byteLength))
  }

  async #read(phase: Phase): Promise<void> {
    const reader = this.#reader
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done || !value) break
        this.phase = phase
        this.emit('data', Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      }
      this.#close()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.emit('error', error instanceof Error ? error : new Error(String(error)))
    this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.writable = false
    void this.#socket?.close().catch(() => undefined)
    this.emit('close')
  }
}

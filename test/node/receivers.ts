import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { loadPyodide } from 'pyodide'
import type { OutgoingRequest } from '../../src/context.ts'

/** What the receiver programs of the documentation read from their environment. */
export interface Secrets {
  SIGNING_SECRET?: string
  SHARED_SECRET?: string
}

/** A receiver program that runs. */
export interface Receiver {
  /** Answers the status. The request goes to this receiver, whatever its address says. */
  post(request: OutgoingRequest): Promise<number>
  /** Where it listens; empty where it runs without a socket. */
  url: string
  /** What it has printed so far. */
  lines: readonly string[]
  stop(): Promise<void>
}

/** Starts a program that prints `listening on <address>`, on a free port of loopback. */
export async function startProcess(
  command: string,
  args: string[],
  secrets: Secrets | Record<string, string>,
): Promise<Receiver> {
  const { SIGNING_SECRET: _signing, SHARED_SECRET: _shared, ...env } = process.env
  const child = spawn(command, args, {
    env: { ...env, HOST: '127.0.0.1', PORT: '0', ...secrets },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const errors: string[] = []
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    void ended.then(() => reject(new Error(`${command} ended: ${errors.join('\n')}`)))
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      const url = /^listening on (http:\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  return {
    url: address,
    lines,
    async post(request) {
      const { url: _, ...init } = request
      const response = await fetch(address, init)
      await response.arrayBuffer()
      return response.status
    },
    async stop() {
      child.kill()
      await ended
    },
  }
}

/** Runs a program to its end and answers what it printed; throws what it printed as an error when it failed. */
export async function runProgram(command: string, args: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { env: { ...process.env, ...env } })
  return stdout
}

/** Takes a request of raw bytes through the program's own handler, as its server would, without a socket. */
const GLUE = `
import io, os

def start(program, secrets):
    for name in ("SIGNING_SECRET", "SHARED_SECRET"):
        os.environ.pop(name, None)
    os.environ.update(secrets.to_py())
    module = {"__name__": "receiver"}
    exec(compile(program, "receiver.py", "exec"), module)

    def post(raw):
        handler = module["Receiver"].__new__(module["Receiver"])
        handler.rfile, handler.wfile = io.BytesIO(raw.to_bytes()), io.BytesIO()
        handler.client_address = ("127.0.0.1", 0)
        handler.log_message = lambda *args: None
        handler.handle_one_request()
        return handler.wfile.getvalue().decode()

    return post

def call(program, name, headers, body, secret):
    module = {"__name__": "receiver"}
    exec(compile(program, "receiver.py", "exec"), module)
    return module[name](headers.to_py(), body.to_bytes(), secret)
`

/** Python, wherever there is Node: CPython itself, as WebAssembly. */
export interface Python {
  start(program: string, secrets: Secrets): Receiver
  /** One function of a program that is not started: `name(headers, body, secret)`. */
  call(program: string, name: string, headers: Record<string, string>, body: string, secret: string): boolean
}

export async function loadPython(): Promise<Python> {
  const python = await loadPyodide()
  python.runPython(GLUE)
  const glue = <T>(name: string) => python.globals.get(name) as T
  const start = glue<(program: string, secrets: Secrets) => (raw: Uint8Array) => string>('start')
  const call =
    glue<(program: string, name: string, headers: object, body: Uint8Array, secret: string) => boolean>('call')
  const encoder = new TextEncoder()
  return {
    start(program, secrets) {
      const lines: string[] = []
      const post = start(program, secrets)
      return {
        url: '',
        lines,
        post(request) {
          python.setStdout({ batched: (line) => lines.push(line) })
          const answer = post(encoder.encode(rawRequest(request)))
          return Promise.resolve(Number(/^HTTP\/1\.\d (\d{3}) /.exec(answer)?.[1]))
        },
        stop: () => Promise.resolve(),
      }
    },
    call: (program, name, headers, body, secret) => call(program, name, headers, encoder.encode(body), secret),
  }
}

function rawRequest({ method, url, headers, body }: OutgoingRequest): string {
  const { host, pathname } = new URL(url)
  const all = { Host: host, ...headers, 'Content-Length': new TextEncoder().encode(body).length }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Said } from './browser-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Chromium of this run is asked for: see `shared-browser.ts`. */
    chromium: string
  }
}

/** One Chromium for all files of a run, unpacked and started when the first asks for it. It ends with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let child: ChildProcess | undefined
  let starting: Promise<Said> | undefined
  const server = createServer((_, response) => {
    child ??= fork(join(import.meta.dirname, 'browser-process.ts'))
    starting ??= saidBy(child)
    void starting.then((said) => response.writeHead('failed' in said ? 500 : 200).end(JSON.stringify(said)))
  })
  project.provide('chromium', await listening(server))
  return async () => {
    server.closeAllConnections()
    server.close()
    if (!child?.connected) return
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
  }
}

/** The first thing that it says, or that it went without a word. */
async function saidBy(child: ChildProcess): Promise<Said> {
  const message = once(child, 'message').then(([said]) => said as Said)
  const exit = once(child, 'exit').then(([code]) => ({ failed: `the browser’s process ended with ${code}` }))
  return Promise.race([message, exit])
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the PostgreSQL of this run is asked for: see `database.ts`. */
    postgres: string
  }
}

/**
 * One PostgreSQL for all files of a run, started when the first asks for it. It belongs to the process that all of them are
 * started by, and ends with it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | undefined
  const server = createServer((_, response) => {
    starting ??= startPostgres(['max_connections=200'])
    starting.then(
      ({ host, port, user, password, ca }) => response.end(JSON.stringify({ host, port, user, password, ca })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  project.provide('postgres', await listening(server))
  return async () => {
    server.closeAllConnections()
    server.close()
    await (await starting?.catch(() => undefined))?.stop()
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return `http://127.0.0.1:${address.port}`
}

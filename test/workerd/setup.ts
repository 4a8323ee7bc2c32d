import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll } from 'vitest'
import { WorkerSocket } from '../../src/connectors/postgres/socket.ts'

// No test reaches the network. What a test leaves behind, a retry or an alarm, ends here too.
globalThis.fetch = () => Promise.resolve(new Response('No test reaches the network.', { status: 403 }))
// Nor does a database's connection, which no `fetch` opens: not even a name is looked up.
WorkerSocket.prototype.connect = function () {
  queueMicrotask(() => this.emit('error', new Error('No test reaches the network.')))
  return this
}

// Nor does a timer of one file ring in the next: there may be ten thousand at once.
const { setTimeout } = globalThis
const timers: ReturnType<typeof setTimeout>[] = []
globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
  const timer = setTimeout(...args)
  timers.push(timer)
  return timer
}) as typeof setTimeout
afterAll(() => {
  for (const timer of timers) clearTimeout(timer)
  globalThis.setTimeout = setTimeout
})

// The file before may have gone through the same runtime. Where much else goes on its database may answer once more.
const ANY_TABLE = env.DB.prepare("SELECT name FROM sqlite_master WHERE name = 'workspaces'")
do await reset()
while (await ANY_TABLE.first())
// All tables in one call: one for each migration takes longer than most files.
await env.DB.batch(env.TEST_MIGRATIONS.flatMap(({ queries }) => queries.map((query) => env.DB.prepare(query))))

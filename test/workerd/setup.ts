import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

// No test reaches the network. What a test leaves behind, a retry or an alarm, ends here too.
globalThis.fetch = () => Promise.resolve(new Response('No test reaches the network.', { status: 403 }))

// The file before may have gone through the same runtime.
await reset()
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)

import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

// No test reaches the network. What a test leaves behind, a retry or an alarm, ends here too.
globalThis.fetch = () => Promise.resolve(new Response('No test reaches the network.', { status: 403 }))

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)

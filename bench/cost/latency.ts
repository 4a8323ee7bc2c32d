/** Milliseconds on the virtual clock. They decide how far work gathers while other work is under way. */
export const LATENCY = {
  /** One way to a Durable Object, and one way back. */
  objectHop: 3,
  /** What one call keeps its object busy, the write to disk included; this is billed. */
  objectCall: 10,
  r2Get: 30,
  r2Put: 60,
  /** From the last message of a batch to its consumer. */
  queueDelivery: 20,
  queueSend: 10,
  receiver: 50,
} as const

/** What `wrangler.toml` says of the queue `events`. */
export const BATCH_TIMEOUT_MS = 1_000
/** A Durable Object without work is evicted after this long; what it only had in memory is gone. */
export const EVICTION_MS = 10_000

/** Limits of the tracking API (Segment's documented ones). */
export const LIMITS = {
  /** Bytes of one event as compact UTF-8 JSON, as the client sent it. */
  eventBytes: 32 * 1024,
  /** How deeply an event may nest. What parses cannot always be written again, and later rooms must be able to. */
  eventLevels: 500,
  /** Bytes of a request body, before and after decompression. */
  bodyBytes: 500 * 1024,
  /** Events of one batch; those beyond are counted and dropped, the rest is kept. */
  batchEvents: 2500,
  /** Bytes of one request's events as they are kept, with our own fields; those beyond are counted and dropped too. */
  keptBytes: 2 * 1024 * 1024,
  /** A messageId has fewer characters than this. */
  messageIdChars: 100,
} as const

/** What a small request may repeat. */
const REPEATED_BYTES = 256 * 1024
const REPEATED = 3

/**
 * How many bytes of what a batch says for all its events may be repeated in them, together: three times the body, so
 * that it grows to four times itself at most, and 500 bytes of gzip cannot become megabytes. Work and memory of everything
 * behind are bounded by it too.
 */
export function mostRepeated(bodyBytes: number): number {
  return Math.max(REPEATED_BYTES, REPEATED * bodyBytes)
}

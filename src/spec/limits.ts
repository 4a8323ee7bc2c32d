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
  /**
   * Characters of one request's events as they are kept; those beyond are counted and dropped too. What a batch says for
   * all its events is repeated in each, so that without it 500 KB could become a gigabyte.
   */
  keptChars: 8 * 1024 * 1024,
  /** A messageId has fewer characters than this. */
  messageIdChars: 100,
} as const

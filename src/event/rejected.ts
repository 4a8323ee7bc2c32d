import type { RejectCode } from './rejections.ts'
import { isObject } from './types.ts'

/** An event that was not accepted, as far as it is kept for whoever looks for the reason. */
export interface Rejected {
  code: RejectCode
  /** What was sent: JSON without the write key, or whatever it was, cut. */
  text: string
}

/** How many of a request, and of a batch of requests, are kept; the others are counted all the same. */
export const MOST_REJECTED = { request: 3, batch: 5 } as const
const MOST_CHARS = 500

/** Costs one serialisation, so it is for the few that are kept. */
export function rejectedOf(code: RejectCode, raw: unknown): Rejected {
  return { code, text: textOf(isObject(raw) ? { ...raw, writeKey: undefined } : raw).slice(0, MOST_CHARS) }
}

function textOf(raw: unknown): string {
  try {
    return typeof raw === 'string' ? raw : JSON.stringify(raw)
  } catch {
    return '(nested too deeply to be shown)'
  }
}

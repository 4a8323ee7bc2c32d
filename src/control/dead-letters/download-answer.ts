import type { Context } from 'hono'
import type { ControlDeps } from '../request.ts'
import { downloadDeadLetters } from './download.ts'

/** Answers with a file, for API and panel alike. */
export function sendDownload(
  c: Context,
  deps: ControlDeps,
  lane: string,
  what: Parameters<typeof downloadDeadLetters>[2],
): Response {
  return c.body(downloadDeadLetters(deps, lane, what), 200, {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Content-Disposition': `attachment; filename="dead-letters-${lane}.ndjson"`,
    'Cache-Control': 'no-store',
  })
}

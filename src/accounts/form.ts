import type { Context as HonoContext } from 'hono'

/** The fields of a posted form. */
export async function readForm(c: HonoContext): Promise<URLSearchParams> {
  return new URLSearchParams(await bodyText(c))
}

/** A body as it was sent. Hono keeps the bytes that it has read, so guard and handler read the same ones. */
export async function bodyText(c: HonoContext): Promise<string> {
  // Not `text()`: of content types that are no text the runtime says so in the log each time.
  return decoder.decode(await c.req.arrayBuffer())
}

const decoder = new TextDecoder()

import type { Context as HonoContext } from 'hono'

/** The fields of a posted form. */
export async function readForm(c: HonoContext): Promise<URLSearchParams> {
  return new URLSearchParams(await formText(c))
}

/** A form as it was sent. Hono keeps a body that it has read, so guard and handler read the same one. */
export async function formText(c: HonoContext): Promise<string> {
  // Not `text()`: of this content type the runtime says in the log that it is none.
  return decoder.decode(await c.req.arrayBuffer())
}

const decoder = new TextDecoder()

import type { Context } from 'hono'

/** The address of this page is the secret of a link: it is told to nobody, see `showLink`. */
export function keepAddress(c: Context): void {
  c.header('Referrer-Policy', 'strict-origin')
}

import { Hono } from 'hono'
import htmx from 'htmx.org/dist/htmx.min.js.gz'
import panel from '../../generated/panel.json'
import { publicRoute } from '../accounts/index.ts'

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6b82"/><path d="M6 12c3.3-4 6.7-4 10 0s6.7 4 10 0M6 20c3.3-4 6.7-4 10 0s6.7 4 10 0" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`

/** Another one when a file changes: what browsers keep is named for it, and kept for a year. */
const ASSETS_VERSION = versionOf([...Object.values(panel), ICON, String(htmx.byteLength)])

const ASSETS = '/assets'

/** Where a page finds what it loads. */
export const assetUrl = (name: keyof typeof panel | 'htmx.js' | 'icon.svg'): string =>
  `${ASSETS}/${ASSETS_VERSION}/${name}`

const KEPT = 'public, max-age=31536000, immutable'

/** Style and scripts of the panel, which `scripts/assets/panel.mjs` makes of what lies beside the pages, from our own host. */
export function assets(): Hono {
  const app = new Hono()
  const text = (path: string, type: string, body: string) =>
    app.get(`${ASSETS}/:version/${path}`, publicRoute(), (c) =>
      c.body(body, 200, { 'Content-Type': type, 'Cache-Control': KEPT }),
    )
  for (const [name, body] of Object.entries(panel)) {
    text(name, `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`, body)
  }
  text('icon.svg', 'image/svg+xml', ICON)
  app.get(`${ASSETS}/:version/htmx.js`, publicRoute(), () => {
    const headers = {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Encoding': 'gzip',
      'Cache-Control': KEPT,
      Vary: 'Accept-Encoding',
    }
    // The package brings it compressed. For a client that cannot read that, the edge undoes it.
    return new Response(htmx, { headers, encodeBody: 'manual' })
  })
  return app
}

/** FNV-1a of all that is served: two deployments with the same files share what browsers have kept. */
function versionOf(parts: readonly string[]): string {
  let hash = 0x811c9dc5
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193) >>> 0
  }
  return hash.toString(36)
}

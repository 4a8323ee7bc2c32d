import { max, type Options } from '@segment/snippet'
import { type LoopbackServer, serveOnLoopback } from './browser.ts'

export interface SnippetPageOptions {
  /** What the snippet is made with. */
  options: Options
  /** Where the script comes from, with a path prefix if there is one; in place of the host of Segment's. */
  base: string
  /** JavaScript that runs before and after the snippet. */
  before?: string
  after?: string
}

/** A site on `http://localhost` with Segment's snippets as their docs have them, but for the host. */
export function serveSnippetPage(snippets: SnippetPageOptions[]): Promise<LoopbackServer> {
  const scripts = snippets.map(
    ({ base, options, before = '', after = '' }) => `<script>${before}\n${snippet(base, options)}\n${after}</script>`,
  )
  const html = `<!doctype html><meta charset="utf-8"><title>Pricing</title>${scripts.join('')}`
  return serveOnLoopback((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html))
}

function snippet(base: string, options: Options): string {
  const { protocol, host, pathname } = new URL(base)
  const code = max({ ...options, host: host + pathname.replace(/\/$/, '') })
  // The snippet knows https alone; on this machine there is no certificate.
  return code.replaceAll('"https://', `"${protocol}//`)
}

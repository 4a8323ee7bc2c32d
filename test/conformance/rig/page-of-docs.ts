import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const page = readFileSync(join(import.meta.dirname, '../../../docs/moving-from-segment.md'), 'utf8')

/** The code that docs/moving-from-segment.md shows below `<!-- run: name -->`. */
export function documented(name: string): string {
  const code = new RegExp(`^ *<!-- run: ${name} -->\n\n *\`\`\`\\w+\n(.*?)^ *\`\`\`$`, 'ms').exec(page)?.[1]
  if (code === undefined) throw new Error(`docs/moving-from-segment.md has no code below "run: ${name}"`)
  return code
}

/** The path that the platform of the tests also lies beneath, as in the docs. */
export const PATH_PREFIX = '/collect'

/** Where an SDK is told to go: a host, and the path beneath which everything lies; empty: none. */
export interface Place {
  host: string
  path: string
}

/** The one change that a reader makes to it: the own host and the own write key. */
export function filledIn(code: string, { host, path }: Place, writeKey: string): string {
  return code
    .replaceAll('in.example.com', host + path)
    .replaceAll('www.example.com', host)
    .replaceAll('WRITE_KEY', writeKey)
}

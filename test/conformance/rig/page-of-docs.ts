import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Front } from './front.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/moving-from-segment.md'), 'utf8')

/** The code that docs/moving-from-segment.md shows below `<!-- run: name -->`. */
export function documented(name: string): string {
  const code = new RegExp(`^ *<!-- run: ${name} -->\n\n *\`\`\`\\w+\n(.*?)^ *\`\`\`$`, 'ms').exec(page)?.[1]
  if (code === undefined) throw new Error(`docs/moving-from-segment.md has no code below "run: ${name}"`)
  return code
}

/** The one change that a reader makes to it: the own host and the own write key. */
export function filledIn(code: string, front: Pick<Front, 'host'>, writeKey: string): string {
  return code.replaceAll('in.example.com', front.host).replaceAll('WRITE_KEY', writeKey)
}

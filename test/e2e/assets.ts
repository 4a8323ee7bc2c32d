import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** What pages and devices load is made anew once a run: Workers of the tests are built from it (`worker.ts`). */
export default function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/assets.mjs')])
}

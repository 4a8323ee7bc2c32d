import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from './calls.ts'
import type { Job, Running } from './rig/job.ts'

/** One SDK in one version, used in one way: a row of the table. */
export interface Sdk {
  name: string
  version: string
  slug: string
  calls: Call[]
  channel: 'server' | 'client' | 'mobile'
  library: { name: string; version: string }
  messageId: RegExp
  /** What it says of itself beside the Spec, in every event. */
  metadata: string[]
  /** Its page is left, so that nobody is there any more who could try again. */
  leaves?: boolean
  /** The path of the platform that it uses. */
  path?: string
  /** It does not run here: its requests are made from what is known of them. */
  replayed?: boolean
  /** The write key that was recorded with them. */
  recordedKey?: string
  start(job: Job): Running | Promise<Running>
}

/** The version that is installed under a name of our own. */
export function installed(packageName: string): string {
  const manifest = join(import.meta.dirname, '../../node_modules', packageName, 'package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

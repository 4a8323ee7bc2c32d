import { readFileSync } from 'node:fs'

/** A manifest is some kilobytes; what is much larger is something else. */
const MOST_BYTES = 1024 * 1024

/** The text of a manifest's file; where there is none that can be read the command ends. */
export function manifestText(path) {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > MOST_BYTES) stop(`${path} has ${bytes.length} bytes; a manifest has a megabyte at most.`, 2)
    return bytes.toString('utf8')
  } catch (error) {
    return stop(`${path} cannot be read: ${error.message}`, 2)
  }
}

/** Ends the command with a status; what is said is said first. */
export function stop(words, status, say = console.error) {
  say(words)
  process.exit(status)
}

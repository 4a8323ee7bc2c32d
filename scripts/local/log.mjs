import { chmodSync, openSync, writeSync } from 'node:fs'
import { codeWords } from '../../src/control/events/words.ts'

/** What a link is opened with: whoever reads the log must not be able to. */
const TOKEN = /(?<=\/)[0-9A-Za-z_-]{32,}(?=[/?#\s"]|$)/g
/** As the local runtime logs a request to the tracking API that it answered with 4xx or 5xx. */
const REFUSED = /(?:POST|PUT|PATCH) (\/\S*) ([45]\d\d) /

/**
 * The log of the platform, begun anew, readable by its owner only. Everything goes to the file, and to the terminal what a
 * person should see, or all of it. A disk that is full is said once, and once more when there is room again.
 * @param {string} file
 * @param {string} data
 * @param {boolean} whole whether the terminal gets every line
 */
export function openLog(file, data, whole = false) {
  const out = openSync(file, 'w', 0o600)
  chmodSync(file, 0o600)
  let full = false
  const write = (text) => {
    try {
      writeSync(out, hideTokens(String(text)))
      if (full) console.log(`  There is room in ${data} again.`)
      full = false
    } catch (error) {
      if (!full)
        console.log(`  ${data} cannot be written (${error.code}). Nothing can be accepted until there is room.`)
      full = true
    }
  }
  const line = (text) => {
    write(`${text}\n`)
    const shown = hideTokens(text)
    for (const said of whole ? [shown] : wordsOf(shown)) console.log(`  ${said}`)
  }
  return { file, write, line }
}

const hideTokens = (text) => text.replace(TOKEN, '…')

/** What of a line is for the terminal. @param {string} line */
export function wordsOf(line) {
  const request = REFUSED.exec(line)
  if (request?.[1].startsWith('/v1/'))
    return [`a request to ${request[1]} was refused with ${request[2]}; its answer says why`]
  const decision = line.startsWith('{') ? parse(line) : undefined
  if (decision?.rejected) {
    return Object.entries(decision.rejected).map(
      ([code, count]) => `rejected ${count === 1 ? 'an event' : `${count} events`}: ${codeWords(code)} (${code})`,
    )
  }
  return decision?.level === 'warn' || decision?.level === 'error' ? [line] : []
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

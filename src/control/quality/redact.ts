import { isObject } from '../../event/index.ts'
import type { Failure } from '../../lane/index.ts'
import { KNOWN_HEADERS, KNOWN_WORDS } from './known-words.ts'

/** What the maker of an integration is shown of a failure with a customer's event: nothing that the event or the customer says. */
export interface RedactedSample {
  status: number | null
  /** Words of the receiver that are ordinary ones of errors, `…` where others stood; `null`: it said nothing that is left. */
  message: string | null
  /** Names of headers, lower case, by name; of others how many there were. */
  requestHeaders: string[]
  responseHeaders: string[]
  otherHeaders: number
}

const MOST_CHARS = 300
const GAP = '…'

/**
 * What is kept is chosen and not what goes: words of a list of ours, and of these none that is among the event's values. So a
 * receiver that repeats an event in its answer shows nothing of it, however it writes it.
 */
export function redactedOf({ status, message, sample }: Failure): RedactedSample {
  const values = sample ? wordsInValues(sample.request.body) : new Set<string>()
  const said = message ?? sample?.response?.body ?? sample?.error ?? ''
  const request = Object.keys(sample?.request.headers ?? {})
  const response = Object.keys(sample?.response?.headers ?? {})
  const [requestHeaders, responseHeaders] = [known(request), known(response)]
  return {
    status: status ?? sample?.response?.status ?? null,
    message: knownWords(said, values),
    requestHeaders,
    responseHeaders,
    otherHeaders: request.length + response.length - requestHeaders.length - responseHeaders.length,
  }
}

function known(names: readonly string[]): string[] {
  return names
    .map((name) => name.toLowerCase())
    .filter((name) => KNOWN_HEADERS.has(name))
    .toSorted()
}

function knownWords(text: string, values: ReadonlySet<string>): string | null {
  const kept: string[] = []
  for (const word of text.slice(0, MOST_CHARS).split(/[^\p{L}\p{N}]+/u)) {
    if (word === '') continue
    const lower = word.toLowerCase()
    if (KNOWN_WORDS.has(lower) && !values.has(lower)) kept.push(lower)
    else if (kept.at(-1) !== GAP) kept.push(GAP)
  }
  return kept.some((word) => word !== GAP) ? kept.join(' ') : null
}

/** Words of everything that the event says; of a text that was cut all words are taken for such. */
function wordsInValues(body: string): Set<string> {
  const words = new Set<string>()
  const take = (text: string) => {
    for (const word of text.split(/[^\p{L}\p{N}]+/u)) words.add(word.toLowerCase())
  }
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    else if (isObject(value)) for (const one of Object.values(value)) walk(one)
    else take(String(value))
  }
  try {
    walk(JSON.parse(body))
  } catch {
    take(body)
  }
  return words
}

import type { TailEvent } from '../tail-event.ts'
import { cutText, SHOWN, shownJson } from '../../../ui/shown.ts'
import { codeWords } from '../words.ts'
import { plural } from '../../../ui/counts.ts'

type Fact = [name: string, value: string]

/**
 * What is worth reading of an event, as names and values: at most `SHOWN.facts` of them, and `SHOWN.chars` in all; the
 * last says how many are left out. `names`: those of destinations, by id.
 */
export function factsOf(event: TailEvent, names: Readonly<Record<string, string>>): Fact[] {
  const { payload, messageId, userId, anonymousId, warnings, code, destinations } = event
  const facts: Fact[] = []
  let left: number = SHOWN.chars
  const add = (name: string, value: unknown): boolean => {
    if (value === undefined || value === null) return true
    if (left <= 0 || facts.length >= SHOWN.facts) return false
    const words =
      typeof value === 'string' && value !== '' ? cutText(value, SHOWN.value) : shownJson(value, SHOWN.value, '')
    const fact: Fact = [marked(cutText(name, SHOWN.name)), marked(words)]
    left -= fact[0].length + fact[1].length
    return facts.push(fact) > 0
  }
  if (code !== null) add('Rejected', `${codeWords(code)} (${code})`)
  for (const one of warnings) add('Warning', `${codeWords(one)} (${one})`)
  add('User id', userId)
  add('Anonymous id', anonymousId)
  add('Message id', messageId)
  add('Time', payload?.timestamp)
  for (const [id, codes] of Object.entries(destinations?.reasons ?? {})) {
    add(`Not sent to ${names[id] ?? id}`, codes.map(codeWords).join(', or '))
  }
  let more = 0
  for (const part of ['properties', 'traits']) {
    const of = payload?.[part]
    if (typeof of !== 'object' || of === null) continue
    const all = Object.keys(of)
    const stop = all.findIndex((name) => !add(`${part}.${name}`, (of as Record<string, unknown>)[name]))
    if (stop >= 0) more += all.length - stop
  }
  if (more > 0) facts.push(['Not shown here', plural(more, 'value')])
  return facts
}

function marked({ text, cut }: { text: string; cut: boolean }): string {
  return cut ? `${text}…` : text
}

/** Where an event goes, in a few words. */
export function whereWords({ status, destinations }: Pick<TailEvent, 'status' | 'destinations'>): string {
  if (status === 'rejected') return 'Rejected'
  if (!destinations) return ''
  const { matched, filtered } = destinations
  if (matched + filtered === 0) return 'Archived'
  return filtered === 0 ? `To ${matched} of ${matched}` : `To ${matched} of ${matched + filtered}, ${filtered} filtered`
}

import type { TailEvent } from '../../api/index.ts'
import { filterWords, refusalWords, warningWords } from '../words.ts'

/** What is worth reading of an event, as names and values. `names`: those of destinations, by id. */
export function factsOf(event: TailEvent, names: Readonly<Record<string, string>>): [name: string, value: string][] {
  const { payload, messageId, userId, anonymousId, warnings, code, destinations } = event
  const facts: [string, string][] = []
  const add = (name: string, value: unknown) => {
    if (value === undefined || value === null) return
    facts.push([name, typeof value === 'string' ? value : JSON.stringify(value)])
  }
  if (code !== null) add('Rejected', `${refusalWords(code)} (${code})`)
  for (const one of warnings) add('Warning', `${warningWords(one)} (${one})`)
  add('User id', userId)
  add('Anonymous id', anonymousId)
  add('Message id', messageId)
  add('Time', payload?.timestamp)
  for (const part of ['properties', 'traits']) {
    for (const [name, value] of Object.entries(payload?.[part] ?? {})) add(`${part}.${name}`, value)
  }
  for (const [id, codes] of Object.entries(destinations?.reasons ?? {})) {
    add(`Not sent to ${names[id] ?? id}`, codes.map(filterWords).join(', or '))
  }
  return facts
}

/** Where an event goes, in a few words. */
export function whereWords({ status, destinations }: Pick<TailEvent, 'status' | 'destinations'>): string {
  if (status === 'rejected') return 'Rejected'
  if (!destinations) return ''
  const { matched, filtered } = destinations
  if (matched + filtered === 0) return 'Archived'
  return filtered === 0 ? `To ${matched} of ${matched}` : `To ${matched} of ${matched + filtered}, ${filtered} filtered`
}

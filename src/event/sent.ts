/** What tells a rejected event from another, as far as the beginning of its text says so. */
export interface SentFacts {
  type: string | null
  /** Of a track its event, of a page or screen its name. */
  name: string | null
  messageId: string | null
  userId: string | null
  anonymousId: string | null
}

/** A string, a sign, a number or word; a quote that stands alone begins a string that was cut. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|"|[^\s"{}[\],:]+/gs
const MOST_CHARS = 200

/** Reads JSON that may be cut anywhere, or be none at all: only whole members of the outermost object count. */
export function sentFacts(text: string): SentFacts {
  const members = membersOf(text)
  const said = (name: string) => members.get(name)?.slice(0, MOST_CHARS) ?? null
  return {
    type: said('type'),
    name: said('event') ?? said('name'),
    messageId: said('messageId'),
    userId: said('userId'),
    anonymousId: said('anonymousId'),
  }
}

/** Text and numbers by their names. */
function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let name: string | undefined
  let before = ''
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '"' || (depth === 0 && index > 0)) break
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && token === ':') name = wordOf(before)
    else if (depth === 1 && name !== undefined && token !== ',') {
      const whole = index + token.length < text.length
      const value = whole ? wordOf(token) : undefined
      if (value !== undefined) members.set(name, value)
    }
    if (token !== ':') name = token === ',' || depth !== 1 ? undefined : name
    before = token
  }
  return members
}

/** `undefined` for `true`, `null`, and what is no JSON. */
function wordOf(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(token)
    if (typeof value === 'number') return token
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

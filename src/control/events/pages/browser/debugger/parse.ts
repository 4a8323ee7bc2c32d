import { parseJson } from '../../../../../event/index.ts'

// Browsers from before 2025 do not tell how a number was sent: they show it rounded until the page is loaded.
const isExact = Reflect.has(JSON, 'rawJSON')
if (!isExact) Object.assign(JSON, { isRawJSON: () => false })

/** JSON with events in it, each number as it was sent. */
export function parse(text: string): unknown {
  return isExact ? parseJson(text) : (JSON.parse(text) as unknown)
}

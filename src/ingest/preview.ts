/**
 * Whether nobody has asked for it yet: a HEAD, or what browsers and link previews load ahead in case somebody will. Nothing
 * is counted of these.
 */
export function isPreview({ method, headers }: Request): boolean {
  if (method === 'HEAD') return true
  return NAMES.some((name) => /\b(?:prefetch|prerender|preview|instant)\b/i.test(headers.get(name) ?? ''))
}

/** What browsers say it by, the standard name first. */
const NAMES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

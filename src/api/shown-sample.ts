import type { Sample } from '../lane/index.ts'
import { maskAddress } from '../settings/index.ts'

/** Shorter ends of addresses are in many a text that has nothing to do with them. */
const TELLING_CHARS = 8

/**
 * What was sent and answered, for whoever may read figures: an address whose path is a key is hidden beyond its host, also
 * where the receiver repeats it.
 */
export function shownSample(sample: Sample): Sample {
  const { request, response, error } = sample
  const { url } = request
  const masked = maskAddress(url)
  if (masked === url) return sample
  const { pathname, search } = new URL(url)
  const ends = [url, pathname + search, pathname].filter((text) => text.length > TELLING_CHARS)
  const hide = (text: string) => ends.reduce((hidden, end) => hidden.replaceAll(end, '(hidden)'), text)
  const headers = (of: Record<string, string>) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, hide(value)]))
  return {
    ...sample,
    request: { ...request, url: masked },
    ...(response && { response: { ...response, headers: headers(response.headers), body: hide(response.body) } }),
    ...(error !== undefined && { error: hide(error) }),
  }
}

/** The same for what has a sample or none: a failure, a dead letter. */
export function withShownSample<T extends { sample?: Sample }>(one: T): T {
  return one.sample ? { ...one, sample: shownSample(one.sample) } : one
}

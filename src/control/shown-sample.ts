import type { Sample } from '../lane/index.ts'
import { hideAddress, maskAddress } from '../settings/index.ts'

/**
 * What was sent and answered, for whoever may read figures: an address whose path is a key is hidden beyond its host, also
 * where the receiver repeats it.
 */
export function shownSample(sample: Sample): Sample {
  const { request, response, error } = sample
  const { url } = request
  const hide = (text: string) => hideAddress(text, url)
  const headers = (of: Record<string, string>) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, hide(value)]))
  return {
    ...sample,
    request: { ...request, url: maskAddress(url) },
    ...(response && { response: { ...response, headers: headers(response.headers), body: hide(response.body) } }),
    ...(error !== undefined && { error: hide(error) }),
  }
}

/** The same for what has a sample or none: a failure, a dead letter. */
export function withShownSample<T extends { sample?: Sample }>(one: T): T {
  return one.sample ? { ...one, sample: shownSample(one.sample) } : one
}

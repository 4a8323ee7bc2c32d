import { isObject } from '../event/index.ts'
import { maskAddresses } from './mask.ts'

/** Addresses beyond their hosts, each with enough to see that it was changed. */
export async function hideAddresses(value: unknown, id: string): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((one) => hideAddresses(one, id)))
  if (isObject(value)) {
    const entries = Object.entries(value).map(async ([name, one]) => [name, await hideAddresses(one, id)] as const)
    return Object.fromEntries(await Promise.all(entries))
  }
  const masked = maskAddresses(value)
  return masked === value ? value : `${String(masked)} (${await fingerprint(`${id} ${String(value)}`)})`
}

/** Of an address with the id of its owner, or a text that is encrypted with a new random start each time. */
export async function fingerprint(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(hash, 0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

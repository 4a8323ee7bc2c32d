import * as v from 'valibot'
import { flag, name, settings } from '../input.ts'

const MOST_ADDRESSES = 10
const LONGEST = 2_000

const text = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.maxLength(LONGEST, `At most ${LONGEST.toLocaleString('en-GB')} characters.`),
)

/** An address that a browser is led to: exactly this one, as it is written here. */
const redirectUri = v.pipe(
  text,
  v.check(
    isRedirect,
    'Must be an https address without a fragment, a user or a star; http only for 127.0.0.1 and [::1].',
  ),
)
const redirectUris = v.pipe(
  v.array(redirectUri, 'Must be a list of addresses.'),
  v.minLength(1, 'At least one address.'),
  v.maxLength(MOST_ADDRESSES, `At most ${MOST_ADDRESSES} addresses.`),
)
const startUrl = v.nullable(
  v.pipe(text, v.check(isRedirect, 'Must be an https address, on which a customer begins on your site.')),
)

export const newClient = v.strictObject({
  name,
  redirectUris,
  startUrl: v.optional(startUrl, null),
  confidential: v.optional(flag, true),
})

export const clientChanges = v.strictObject({
  name: v.optional(name),
  redirectUris: v.optional(redirectUris),
  startUrl: v.optional(startUrl),
})

/** What a client may change of the destination that it was allowed. */
export const grantedChanges = v.strictObject({ enabled: v.optional(flag), settings: v.optional(settings) })

/** RFC 6749, 3.1.2: absolute, without a fragment; OAuth 2.1, 2.3: https, but for a loopback address (RFC 8252, 7.3). */
function isRedirect(address: string): boolean {
  if (!URL.canParse(address) || address.includes('#') || /[\s*\\]/.test(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  if (protocol === 'https:') return hostname.includes('.') || hostname === 'localhost'
  return protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(hostname)
}

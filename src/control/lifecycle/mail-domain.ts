/** Second levels below which others register, such as `co.uk` and `com.au`. */
const SHARED_SECOND = new Set(['ac', 'co', 'com', 'edu', 'go', 'gov', 'gr', 'ltd', 'ne', 'net', 'or', 'org', 'plc'])

/**
 * The part of a host or of an address' domain that somebody has registered: `mail.acme.co.uk` is `acme.co.uk`. Where it is not
 * certain it is rather too short: then two companies count as one, and never one as two.
 */
export function registeredDomain(host: string): string {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const [second = '', top = ''] = labels.slice(-2)
  const shared = top.length === 2 && SHARED_SECOND.has(second)
  return labels.slice(shared ? -3 : -2).join('.')
}

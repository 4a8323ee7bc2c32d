// Which hosts a script names.

/** In a URL, or alone at the beginning of a text; of either the host. */
const HOST =
  /(?:https?:)?\\?\/\\?\/((?:[a-z0-9-]+\.)+[a-z]*)|["'`]((?:[a-z0-9-]+\.)+(?:app|build|cloud|co|com|dev|io|net|org))(?=["'`/:])/g

/** @returns {string[]} each once, in order; the names that the code puts together are not among them */
export function hostsIn(code) {
  return [...new Set(Array.from(code.matchAll(HOST), ([, inUrl, alone]) => inUrl ?? alone))]
}

/**
 * @param {string} script as people know it
 * @param {Map<string, string>} harmless hosts that may stay, with the reason
 */
export function refuseForeignHosts(script, code, harmless) {
  const foreign = hostsIn(code).filter((host) => !harmless.has(host))
  if (foreign.length > 0)
    throw new Error(`${script} names foreign hosts, which no page may be led to: ${foreign.join(', ')}`)
}

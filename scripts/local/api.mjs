/**
 * The Public API of a platform on this machine: what `data` holds. Throws what was refused.
 * @param {{url: string, adminToken: string}} platform
 */
export function apiOf({ url, adminToken }) {
  return async (method, path, body) => {
    const reply = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const json = await reply.json()
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(json)}`)
    return json.data
  }
}

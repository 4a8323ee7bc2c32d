import { vi } from 'vitest'

/** Stands in for the network: a partner's endpoint that keeps to the contract, for whoever has the key. */
export function goodEndpoint(key: string): { requests: () => number } {
  let requests = 0
  const say = (status: number, message: string) => Response.json({ message }, { status })
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    requests++
    const headers = new Headers(init?.headers)
    const answer = () => {
      if (headers.get('authorization') !== `Basic ${btoa(`${key}:`)}`) return say(401, 'This key is not valid.')
      const event = parsed(init?.body)
      if (!event) return say(400, 'This is no JSON.')
      if (!['identify', 'track', 'delete'].includes(String(event.type))) return say(501, 'We take no such call.')
      return Response.json({})
    }
    return Promise.resolve(answer())
  })
  return { requests: () => requests }
}

function parsed(body: unknown): Record<string, unknown> | undefined {
  try {
    return JSON.parse(typeof body === 'string' ? body : '') as Record<string, unknown>
  } catch {
    return undefined
  }
}

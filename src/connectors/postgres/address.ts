import { type AllowLocal, refuseAddress } from '../../integrations/index.ts'

/** What of an address is wrong, by its field; or the host as it is to be connected to. */
export type WarehouseAddress = { host: string } | { field: 'host' | 'port'; why: string }

/** Ports that Workers connect to from nowhere. */
const CLOSED_PORTS = new Set([25])

/**
 * The rules for outgoing HTTP, for a database: a public name or address, nothing private, local or reserved; in the local
 * run loopback too, but not the platform's own port. What is answered is the host as it was read, so that what is connected
 * to is what was looked at: `0x7f.1` is 127.0.0.1.
 */
export function warehouseAddress(host: string, port: number, allowLocal: AllowLocal): WarehouseAddress {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return { field: 'port', why: 'must be a number from 1 to 65535' }
  if (CLOSED_PORTS.has(port)) return { field: 'port', why: 'is for mail; nothing can be connected to there' }
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  if (!/^(?:\[[\da-f:.]+\]|[^\s/?#@\\:[\]]+)$/i.test(name)) {
    return { field: 'host', why: 'must be a host name or an address alone: without postgres://, port, user or path' }
  }
  const url = `https://${name}:${port}/`
  const why = URL.canParse(url) ? refuseAddress(url, allowLocal) : 'is no host name'
  if (why !== undefined) return { field: 'host', why }
  return { host: new URL(url).hostname.replace(/^\[|\]$/g, '') }
}

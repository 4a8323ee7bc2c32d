import type { Context as HonoContext } from 'hono'

/** Values of a list in the query: `ids[0]=a&ids[1]=b`, `ids[]=a&ids[]=b` or `ids=a&ids=b`, as clients write them. */
export function queryList(c: HonoContext, name: string): string[] {
  const ofList = (key: string) =>
    key === name || (key.startsWith(`${name}[`) && /^\[\d*\]$/.test(key.slice(name.length)))
  return Object.entries(c.req.queries()).flatMap(([key, values]) => (ofList(key) ? values : []))
}

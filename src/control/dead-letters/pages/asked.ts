import type { PanelContext } from '../../../ui/context.ts'
import { utcTime } from '../../../ui/forms.ts'
import { type FilterName, FILTER_NAMES } from '../filter.ts'

/** What a page's address asks for; what was left empty in its form is not asked. */
export type Asked = Partial<Record<FilterName, string>>

export function askedOf(c: PanelContext): Asked {
  const given = FILTER_NAMES.flatMap((name) => {
    const value = (c.req.query(name) ?? '').trim()
    return value === '' ? [] : [[name, name === 'from' || name === 'until' ? utcTime(value) : value] as const]
  })
  return Object.fromEntries(given)
}

/** The address of a page with what is asked for. */
export function askedAddress(path: string, asked: Asked, more: Record<string, string> = {}): string {
  const search = new URLSearchParams({ ...asked, ...more }).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Whether only reasons and times are asked for: those that a lane knows. */
export function isOfLane({ event, type, userId }: Asked): boolean {
  return event === undefined && type === undefined && userId === undefined
}

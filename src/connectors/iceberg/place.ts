import type { Cursor } from '../connector.ts'
import { OURS } from './columns.ts'
import type { TableMetadata, Update } from './metadata.ts'

/**
 * How far each reader has loaded a source lies in the properties of this table, which has no rows. Its snapshots are what makes
 * moving it compare-and-set: a catalogue can be asked that a snapshot is still the newest, and of properties it cannot.
 */
export const CURSORS = `${OURS}cursor`

const PROPERTY = 'sluice.cursor.'
/** Readers whose places are kept at most; backfills that have ended are forgotten, the one first that moved longest ago. */
const MOST_READERS = 100

/** Where a reader stands, and the load that has brought it there, ms since 1970 when. */
export interface ReaderPlace {
  cursor: Cursor
  load: string
  at: number
}

/** `12.3`: an event's place in a log, as summaries and properties have it. */
export function writeCursor({ seq, index }: Cursor): string {
  return `${seq}.${index}`
}

export function parseCursor(text: string): Cursor {
  const [seq, index] = text.split('.')
  return { seq: Number(seq), index: Number(index) }
}

export function isBefore(one: Cursor, other: Cursor): boolean {
  return one.seq < other.seq || (one.seq === other.seq && one.index < other.index)
}

export function isAt(one: Cursor | null, other: Cursor | null): boolean {
  return one?.seq === other?.seq && one?.index === other?.index
}

/** Where all readers stand. */
export function readPlaces({ properties = {} }: TableMetadata): Map<string, ReaderPlace> {
  const places = new Map<string, ReaderPlace>()
  for (const [name, value] of Object.entries(properties)) {
    if (!name.startsWith(PROPERTY)) continue
    const [cursor = '', load = '', at = ''] = value.split(' ')
    places.set(name.slice(PROPERTY.length), { cursor: parseCursor(cursor), load, at: Number(at) })
  }
  return places
}

/** What moves a reader to its new place. */
export function movePlace(places: ReadonlyMap<string, ReaderPlace>, reader: string, to: ReaderPlace): Update[] {
  const updates: Update[] = [
    {
      action: 'set-properties',
      updates: { [PROPERTY + reader]: `${writeCursor(to.cursor)} ${to.load} ${to.at}` },
    },
  ]
  const others = [...places].filter(([name]) => name !== reader && name !== 'sync')
  const removals = others
    .toSorted(([, a], [, b]) => a.at - b.at)
    .slice(0, Math.max(0, others.length - MOST_READERS + 1))
    .map(([name]) => PROPERTY + name)
  if (removals.length > 0) updates.push({ action: 'remove-properties', removals })
  return updates
}

import { archivedEvent, eventName, type SpecEvent } from '../event/index.ts'
import {
  type CollectedObject,
  collectedObject,
  type Loose,
  looseRows,
  type Names,
  objectRows,
  type TableSelection,
} from '../tables/index.ts'

/** What a log has: how a line of its archive is read, and which rows it makes. */
export interface LogContent<T> {
  /** `null`: it cannot be read. */
  read(line: string): T | null
  /** What makes tables: a portion may have so many of them. */
  kindOf(one: T): string
  /** Tables that are made whatever is in a portion, at most. */
  fixedTables: number
  /** So many of a portion make their rows by themselves, some milliseconds at a time; the portion before is loaded meanwhile. */
  atOnce: number
  rows(all: readonly T[], names: Names, selection: TableSelection | undefined): Loose
  /** What samples name it by, and the ids of its people; `null`: it is not known whose it is. */
  people(one: T): { id: string; of: string[] } | null
}

/** The reader of the log of a source's objects. */
export const OBJECTS = 'objects'

export const EVENTS: LogContent<SpecEvent> = {
  read: archivedEvent,
  kindOf: (event) => `${event.type} ${event.type === 'track' ? (eventName(event) ?? '') : ''}`,
  fixedTables: 9,
  atOnce: 500,
  rows: (events, names, selection) => {
    const made: Loose = { rows: [], remarks: [] }
    for (const event of events) {
      const { rows, remarks } = looseRows(event, names, selection)
      made.rows.push(...rows)
      made.remarks.push(...remarks)
    }
    return made
  },
  people: ({ messageId, userId, previousId }) => {
    return { id: messageId, of: [userId, previousId].filter((id) => typeof id === 'string') }
  },
}

/** `isAlone`: the source has no events, so that its collections keep their names whatever tables of events are called. */
export function objectsOf(isAlone: boolean): LogContent<CollectedObject> {
  return {
    read: collectedObject,
    kindOf: ({ collection }) => collection,
    fixedTables: 0,
    // Those of one id are one row.
    atOnce: Infinity,
    rows: (objects, names, selection) => objectRows(objects, names, { isAlone, selection }),
    people: () => null,
  }
}

import type { Cursor } from '../connectors/index.ts'
import type { SourceSync, Sync } from './protocol.ts'
import type { StoredPart, StoredSync } from './store.ts'

export function presentSync({ n: _n, after: _after, sources: _sources, done: _done, ...sync }: StoredSync): Sync {
  return sync
}

export function presentPart({
  n: _n,
  first: _first,
  last: _last,
  objects: _objects,
  tries: _tries,
  ...part
}: StoredPart): SourceSync {
  return part
}

/** Rows of a log that are to be read, from `first` to `last`. */
interface Span {
  first: number
  last: number
}

/** Of logs that are read one after another the share that is read when row `seq` of log `at` comes next. */
export function shareRead(logs: readonly Span[], at: number, seq: number): number {
  const rows = logs.map(({ first, last }) => Math.max(0, last - first + 1))
  const sum = (some: readonly number[]) => some.reduce((a, b) => a + b, 0)
  const all = sum(rows)
  const read = sum(rows.slice(0, at)) + Math.max(0, seq - (logs[at]?.first ?? seq))
  return all === 0 ? 1 : Math.min(1, read / all)
}

/** The sources that it is done with, and of the one that it is at the rows of its logs: the events come first. */
export function progressOfSync(
  { done, sources }: StoredSync,
  part: StoredPart,
  of: 'events' | 'objects',
  { seq }: Cursor,
): number {
  const logs = part.objects ? [part, part.objects] : [part]
  const ofPart = shareRead(logs, of === 'objects' && part.objects ? 1 : 0, seq)
  return sources === 0 ? 1 : Math.min(1, (done + ofPart) / sources)
}

const OTHERS = '(others)'

/** The `most` tables with most rows; those of the others together. */
export function addTables(
  before: Record<string, number>,
  more: Readonly<Record<string, number>>,
  most: number,
): Record<string, number> {
  const all = new Map(Object.entries(before))
  for (const [table, rows] of Object.entries(more)) if (rows > 0) all.set(table, (all.get(table) ?? 0) + rows)
  if (all.size <= most) return Object.fromEntries(all)
  const others = all.get(OTHERS) ?? 0
  all.delete(OTHERS)
  const sorted = [...all].toSorted((a, b) => b[1] - a[1])
  const rest = sorted.slice(most - 1).reduce((n, [, rows]) => n + rows, others)
  return Object.fromEntries([...sorted.slice(0, most - 1), [OTHERS, rest]])
}

/** Of all tables together. */
export function rowsIn(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0)
}

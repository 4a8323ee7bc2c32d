import type { Database } from '../settings/index.ts'

/** What something is called and what it is set to, without secrets: for the audit trail. */
export interface Snapshot {
  name: string
  values: Record<string, unknown>
}

/** How the guard looks at one type of thing that a change can be about. */
export interface SubjectReader {
  /** `undefined`: the workspace has none of this id. */
  snapshot(db: Database, workspaceId: string, id: string): Promise<Snapshot | undefined>
  /** The source that it belongs to, if it does: a source admin may change it when that source is granted. */
  sourceOf?(db: Database, workspaceId: string, id: string): Promise<string | undefined>
}

/** By type, as routes declare it and the audit trail has it: `source`, `token`. */
export type SubjectReaders = Readonly<Record<string, SubjectReader>>

/** Looks at a subject before or after its change. Throws for a type that no feature has handed in. */
export function snapshotOf(
  { db, subjects }: { db: Database; subjects: SubjectReaders },
  workspaceId: string,
  { type, id }: { type: string; id: string },
): Promise<Snapshot | undefined> {
  const reader = subjects[type]
  if (!reader) throw new Error(`no feature knows the subject ${type}`)
  return reader.snapshot(db, workspaceId, id)
}

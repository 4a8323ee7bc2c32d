import type { ControlDeps } from '../request.ts'

/** What has dead letters: destinations, and replays, whose lanes are of the same kind. */
export interface Owner {
  /** Of the audit trail: what a redrive is about. */
  subject: string
  /** Whose they are, by the id of a path. One query. Throws 404. */
  find(deps: ControlDeps, workspaceId: string, id: string): Promise<Lettered>
}

export interface Lettered {
  /** The name of its lane. */
  lane: string
  /** Why nothing of it is sent any more, in a sentence; `null`: it is. */
  stopped: string | null
}

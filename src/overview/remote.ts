import type { Remote } from '../env.ts'
import type { WorkspaceOverview } from './workspace.ts'

/** The Durable Object that knows what became of all events of a workspace, from outside. Every method may be repeated. */
export type WorkspaceOverviewRemote = Remote<WorkspaceOverview, 'read' | 'trackedUsers'>

import type { Hono } from 'hono'
import type { SubjectReaders } from '../accounts/index.ts'
import type { PanelEnv } from '../ui/context.ts'
import type { FlashTexts } from '../ui/layout/flash.ts'
import type { NavEntry } from '../ui/layout/nav.tsx'
import type { ApiEnv, ControlDeps } from './request.ts'

/** Routes by the path that they are mounted at. */
export type ApiRoutes = Readonly<Record<string, (deps: ControlDeps) => Hono<ApiEnv>>>
export type Pages = Readonly<Record<string, (deps: ControlDeps) => Hono<PanelEnv>>>

/**
 * What one area of the control panel and of the Public API hands in: all that is known of it outside its folder. Whoever
 * adds an area writes its folder, and one line in `src/features.ts`.
 */
export interface Feature {
  /** Below `/api`. */
  api?: ApiRoutes
  /** Loaded when there are pages at all: what measures the pipeline runs where there is no JSX. */
  pages?: () => Promise<{ PAGES: Pages }>
  /** Its place in the navigation. */
  nav?: NavEntry
  /** What its pages say after something was done. */
  flash?: FlashTexts
  /** What its changes are about, for the audit trail and for the reach of a source admin. */
  subjects?: SubjectReaders
}

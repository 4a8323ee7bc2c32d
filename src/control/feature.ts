import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Hono } from 'hono'
import type { CountUnread, SubjectReaders } from '../accounts/index.ts'
import type { PanelEnv } from '../ui/context.ts'
import type { FlashTexts } from '../ui/layout/flash.ts'
import type { NavEntry } from '../ui/layout/nav.tsx'
import type { PagesOfCarriers } from './carrier-pages.ts'
import type { Carriers } from './carrier.ts'
import type { OperationGroup } from './operation.ts'
import type { ApiEnv, ControlDeps } from './request.ts'

/** Routes by the path that they are mounted at. */
export type ApiRoutes = Readonly<Record<string, (deps: ControlDeps) => Hono<ApiEnv>>>
export type Pages = Readonly<Record<string, (deps: PageDeps) => Hono<PanelEnv>>>

/** What pages need besides what the API needs. */
export interface PageDeps extends ControlDeps {
  /** What they show of what carries a destination. */
  carrierPages: PagesOfCarriers
}

/**
 * What one area of the control panel and of the Public API hands in: all that is known of it outside its folder. Whoever
 * adds an area writes its folder, and one line in `src/features.ts`.
 */
export interface Feature {
  /** Below `/api`. */
  api?: ApiRoutes
  /** What the API's reference says of them: loaded when somebody reads it. */
  reference?: () => Promise<{ GROUPS: readonly OperationGroup[] }>
  /** Loaded when there are pages at all: what measures the pipeline runs where there is no JSX. */
  pages?: () => Promise<{ PAGES: Pages; CARRIER_PAGES?: Partial<PagesOfCarriers> }>
  /** What it brings events to destinations with; its pages come with `CARRIER_PAGES`. */
  carriers?: Partial<Carriers>
  /** Its place in the navigation. */
  nav?: NavEntry
  /** What its pages say after something was done. */
  flash?: FlashTexts
  /** Tables of its own, of `schema.ts`: the health page misses them where they are not there. */
  tables?: readonly SQLiteTable[]
  /** What of it a person has not seen: shown beside its place in the navigation. */
  unread?: CountUnread
  /** What its changes are about, for the audit trail and for the reach of a source admin. */
  subjects?: SubjectReaders
}

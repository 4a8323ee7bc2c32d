import type { Context as HonoContext } from 'hono'
import type { AccessEnv } from '../accounts/index.ts'
import type { FlashTexts } from './layout/flash.ts'
import type { NavEntry } from './layout/nav.tsx'

/** What pages find in Hono's context: who looks, in which workspace, and what stands around every page. */
export interface PanelEnv {
  Variables: AccessEnv['Variables'] & {
    /** The places of the navigation, in their order. */
    nav: readonly NavEntry[]
    /** What a page can say after something was done, of all features. */
    flash: FlashTexts
  }
}

export type PanelContext = HonoContext<PanelEnv>

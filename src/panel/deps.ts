import type { Context as HonoContext } from 'hono'
import type { AccessEnv } from '../accounts/index.ts'
import type { ApiDeps } from '../api/index.ts'

/** What the pages need of the platform: the same as the Public API. */
export type PanelDeps = ApiDeps

/** What the pages find in Hono's context: who looks, and in which workspace. */
export type PanelEnv = AccessEnv

export type PanelContext = HonoContext<PanelEnv>

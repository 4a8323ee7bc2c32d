import type { Context } from '../../context.ts'
import type { Catalog } from './catalog.ts'
import type { GuardedSettings } from './settings.ts'

/** A lake that has been opened: what everything here is done with. */
export interface Lake {
  ctx: Context
  settings: GuardedSettings
  catalog: Catalog
}

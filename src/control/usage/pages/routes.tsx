import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showUsage } from './usage.tsx'

/** Mounted under `/usage`. */
export function usagePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('sources:read'), (c) => showUsage(c, deps))
  return app
}

import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { showDesign } from './page.tsx'

export function designPages() {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), showDesign)
  return app
}

import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import type { PanelEnv } from '../deps.ts'
import { designPage } from './page.tsx'

export function designRoutes() {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), designPage)
  return app
}

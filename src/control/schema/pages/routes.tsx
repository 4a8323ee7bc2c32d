import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showSchemaEvent } from './event.tsx'
import { showSchema } from './list.tsx'

/** What a source's events are and how many came when. Mounted under `/sources`. */
export function schemaPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('sources:read')
  app.get('/:id/schema', read, (c) => showSchema(c, deps))
  app.get('/:id/schema/event', read, (c) => showSchemaEvent(c, deps))
  return app
}

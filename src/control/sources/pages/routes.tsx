import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { postDeleteSource, showDeleteSource } from './delete.tsx'
import { showSources } from './list.tsx'
import { postCreateSource, showNewSource } from './new.tsx'
import { showSource } from './overview.tsx'
import {
  postCreateWriteKey,
  postRevokeWriteKey,
  showRevokeWriteKey,
  postUpdateSource,
  showEditSource,
} from './settings.tsx'
import { postSample, showArrivals, showSetup } from './setup.tsx'

/** Mounted under `/sources`. */
export function sourcePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('sources:read')
  const write = (name: string) => change('sources:write', name, subject('source', 'id'))

  app.get('/', read, (c) => showSources(c, deps))
  app.post('/', change('sources:write', 'Source Created'), (c) => postCreateSource(c, deps))
  app.get('/new', access('sources:write'), (c) => showNewSource(c))
  app.get('/:id', read, (c) => showSource(c, deps))
  app.get('/:id/setup', read, (c) => showSetup(c, deps))
  app.get('/:id/arrivals', read, (c) => showArrivals(c, deps))
  app.post('/:id/sample', write('Source Sample Sent'), (c) => postSample(c, deps))
  app.get('/:id/settings', read, (c) => showEditSource(c, deps))
  app.post('/:id/settings', write('Source Modified'), (c) => postUpdateSource(c, deps))
  app.post('/:id/keys', write('Write Key Created'), (c) => postCreateWriteKey(c, deps))
  app.get('/:id/keys/revoke', read, (c) => showRevokeWriteKey(c, deps))
  app.post('/:id/keys/revoke', write('Write Key Revoked'), (c) => postRevokeWriteKey(c, deps))
  app.get('/:id/delete', read, (c) => showDeleteSource(c, deps))
  app.post('/:id/delete', write('Source Deleted'), (c) => postDeleteSource(c, deps))
  return app
}

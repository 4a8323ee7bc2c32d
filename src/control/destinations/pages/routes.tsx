import { Hono } from 'hono'
import { access, change, subjectInForm, subject } from '../../../accounts/index.ts'
import type { PageDeps } from '../../feature.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { deadLetterPages } from '../../dead-letters/pages/index.ts'
import { DESTINATION_LETTER_PAGES } from './dead-letters.tsx'
import { postDeleteDestination, showDeleteDestination } from './delete.tsx'
import { showDisableDestination, postUpdateState, postTryNow } from './state-change.tsx'
import { showDestinations } from './list.tsx'
import { postCreateDestination, showNewDestination } from './new.tsx'
import { showDestination } from './overview.tsx'
import { postUpdateDestination, showEditDestination } from './settings.tsx'
import { postTestDestination, showTestDestination } from './test.tsx'

/** Mounted under `/destinations`. */
export function destinationPages(deps: PageDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('destinations:read')
  const write = (name: string) => change('destinations:write', name, subject('destination', 'id'))

  app.get('/', read, (c) => showDestinations(c, deps))
  app.post('/', change('destinations:write', 'Destination Created', subjectInForm('source', 'source')), (c) =>
    postCreateDestination(c, deps),
  )
  app.get('/new', read, (c) => showNewDestination(c, deps))
  app.get('/:id', read, (c) => showDestination(c, deps))
  app.post('/:id/state', write('Destination Modified'), (c) => postUpdateState(c, deps))
  app.post('/:id/try-now', write('Destination Tried'), (c) => postTryNow(c, deps))
  app.get('/:id/disable', read, (c) => showDisableDestination(c, deps))
  app.get('/:id/settings', read, (c) => showEditDestination(c, deps))
  app.post('/:id/settings', write('Destination Modified'), (c) => postUpdateDestination(c, deps))
  app.get('/:id/test', read, (c) => showTestDestination(c, deps))
  app.post('/:id/test', write('Destination Tested'), (c) => postTestDestination(c, deps))
  app.get('/:id/delete', read, (c) => showDeleteDestination(c, deps))
  app.post('/:id/delete', write('Destination Deleted'), (c) => postDeleteDestination(c, deps))
  app.route('/:id', deadLetterPages(deps, DESTINATION_LETTER_PAGES))
  return app
}

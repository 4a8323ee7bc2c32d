import { Hono } from 'hono'
import { access, change, subject, subjectInForm } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { deadLetterPages } from '../../dead-letters/pages/index.ts'
import { postChangeReplay } from './change.tsx'
import { REPLAY_LETTER_PAGES } from './dead-letters.tsx'
import { showReplays } from './list.tsx'
import { postCreateReplay, showNewReplay } from './new.tsx'
import { showReplay } from './replay.tsx'

/** Mounted under `/replays`. */
export function replayPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('destinations:read')
  app.get('/', read, (c) => showReplays(c, deps))
  app.post('/', change('destinations:write', 'Replay Created', subjectInForm('destination', 'destination')), (c) =>
    postCreateReplay(c, deps),
  )
  app.get('/new', read, (c) => showNewReplay(c, deps))
  app.get('/:id', read, (c) => showReplay(c, deps))
  app.post('/:id', change('destinations:write', 'Replay Modified', subject('replay', 'id')), (c) =>
    postChangeReplay(c, deps),
  )
  app.route('/:id', deadLetterPages(deps, REPLAY_LETTER_PAGES))
  return app
}

import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { downloadLetters } from './download.ts'
import { showDeadLetter } from './letter.tsx'
import { showDeadLetters } from './list.tsx'
import type { PageOwner } from './owner.ts'
import { postCancelRedrive, postRedrive, showRedrive } from './redrive.tsx'

/** Mounted under `/:id` of what has dead letters. */
export function deadLetterPages(deps: ControlDeps, owner: PageOwner) {
  const app = new Hono<PanelEnv>()
  const read = access('events:read')
  app.get('/dead-letters', read, (c) => showDeadLetters(c, deps, owner))
  app.get('/dead-letters/download', read, (c) => downloadLetters(c, deps, owner))
  app.get('/dead-letters/redrive', read, (c) => showRedrive(c, deps, owner))
  app.post(
    '/dead-letters/redrive',
    change('destinations:write', 'Dead Letters Redriven', subject(owner.subject, 'id')),
    (c) => postRedrive(c, deps, owner),
  )
  app.post(
    '/dead-letters/redrives/:redrive/cancel',
    change('destinations:write', 'Redrive Cancelled', subject(owner.subject, 'id')),
    (c) => postCancelRedrive(c, deps, owner),
  )
  app.get('/dead-letters/:letter/:event', read, (c) => showDeadLetter(c, deps, owner))
  return app
}

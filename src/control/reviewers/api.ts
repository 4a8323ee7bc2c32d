import { Hono } from 'hono'
import { access, auditSubject, change, listReviewers, type Reviewer, subject } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { createReviewer, withdrawReviewer } from './commands.ts'

/** People who review applications, in the whole deployment. */
export function reviewerRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('reviewers:read'), async (c) => {
    const reviewers = await listReviewers(deps.accounts)
    return c.json({ data: { reviewers: reviewers.map(present) } })
  })

  app.post('/', change('reviewers:write', 'Reviewer Created'), async (c) => {
    const by = c.var.person?.email ?? c.var.access.tokenId ?? ''
    const made = await createReviewer(deps, by, await readBody(c))
    auditSubject(c, 'reviewer', made.userId)
    return c.json({ data: { reviewer: present(made) } }, 201)
  })

  app.delete('/:id', change('reviewers:write', 'Reviewer Withdrawn', subject('reviewer', 'id')), async (c) => {
    await withdrawReviewer(deps, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

function present({ userId: id, name, email, namedBy, createdAt }: Reviewer) {
  return { id, name, email, namedBy, createdAt: isoTime(createdAt) }
}

import { Hono } from 'hono'
import { access, callerOf, change, subject } from '../../accounts/index.ts'
import { checked } from '../checked.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { createApplicationLink, decideApplication } from './commands.ts'
import { applicationQuery } from './input.ts'
import { presentAlike, presentApplication, presentEntry, presentPartner } from './present.ts'
import { describeApplication, listApplications, listPartners } from './queries.ts'

/** What reviewers see of the companies that ask to join, and what they decide. */
export function applicationRoutes(deps: ControlDeps) {
  const { db, ctx } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('applications:read'), async (c) => {
    const { state } = checked(applicationQuery, { state: c.req.query('state') ?? 'waiting' })
    const listed = await listApplications(db, [state], pageOf(c))
    const applications = listed.lines.map((one) => presentApplication(one, ctx.now()))
    return c.json({ data: { applications, pagination: pagination(listed) } })
  })

  app.get('/:id', access('applications:read'), async (c) => {
    const { application, entries, alike, alikeIntegrations } = await describeApplication(db, c.req.param('id'))
    return c.json({
      data: {
        application: presentApplication(application, ctx.now()),
        record: entries.map(presentEntry),
        alike: alike.map(presentAlike),
        alikeIntegrations,
      },
    })
  })

  const of = subject('application', 'id')

  app.post('/:id/decisions', change('applications:decide', 'Application Decided', of), async (c) => {
    const reviewer = c.var.person?.name ?? 'The operators'
    const decided = await decideApplication(deps, callerOf(c), reviewer, c.req.param('id'), await readBody(c))
    return c.json({ data: { application: presentApplication(decided, ctx.now()) } }, 201)
  })

  app.post('/:id/links', change('applications:decide', 'Application Link Created', of), async (c) => {
    const url = await createApplicationLink(deps, callerOf(c), c.req.param('id'))
    return c.json({ data: { url } }, 201)
  })

  return app
}

/** Companies whose application was accepted, with the workspace that they build in. */
export function partnerRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('applications:read'), async (c) => {
    const listed = await listPartners(db, pageOf(c))
    return c.json({ data: { partners: listed.lines.map(presentPartner), pagination: pagination(listed) } })
  })

  return app
}

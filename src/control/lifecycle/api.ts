import { Hono } from 'hono'
import { access, callerOf, change, may, subject } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { checked } from '../checked.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { getDestination } from '../destinations/index.ts'
import { actOn, createBetaLink, joinBeta, updateConsent, withdrawBetaLink } from './commands.ts'
import { betaGuest, submissionQuery } from './input.ts'
import { consentOf, countCustomersOf } from './customer-queries.ts'
import { presentBetaLink, presentCount, presentLifecycle, presentLifecycleEntry, presentLiving } from './present.ts'
import {
  describeStanding,
  getLiving,
  listBetaLinks,
  listLifecycleEntries,
  listSubmissions,
  type Living,
} from './queries.ts'
import type { LifeActor } from './states.ts'

const BY_TOKEN = 'By the API'
/** Of several tokens nobody knows whose they are: they are one person. */
const TOKEN_ID = 'token'

/** How far integrations of the workspace's own are in their life. */
export function lifecycleRoutes(deps: ControlDeps) {
  const { db, ctx } = deps
  const app = new Hono<ApiEnv>()
  const about = subject('integration', 'id')
  const show = async (living: Living, actors: readonly LifeActor[]) =>
    presentLifecycle(await describeStanding(db, living), actors, ctx.now())

  app.get('/:id/lifecycle', access('integrations:read'), async (c) => {
    const living = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const entries = await listLifecycleEntries(db, living.integration.id)
    const actors: LifeActor[] = may(c.var.access, 'integrations:write') ? ['partner'] : []
    return c.json({ data: { lifecycle: await show(living, actors), record: entries.map(presentLifecycleEntry) } })
  })

  app.post('/:id/lifecycle', change('integrations:write', 'Integration Lifecycle Changed', about), async (c) => {
    const acting = {
      actor: 'partner' as const,
      who: c.var.person?.name ?? BY_TOKEN,
      whoId: c.var.person?.userId ?? TOKEN_ID,
      workspaceId: c.var.workspaceId,
    }
    const living = await actOn(deps, callerOf(c), acting, c.req.param('id'), await readBody(c))
    return c.json({ data: { lifecycle: await show(living, ['partner']) } }, 201)
  })

  app.get('/:id/customers', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    return c.json({ data: { customers: presentCount(await countCustomersOf(db, integration.id)) } })
  })

  app.get('/:id/beta-links', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const links = await listBetaLinks(db, integration.id)
    return c.json({ data: { betaLinks: links.map(presentBetaLink) } })
  })

  app.post('/:id/beta-links', change('integrations:write', 'Beta Link Created', about), async (c) => {
    const made = await createBetaLink(deps, callerOf(c), c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { ...made, expiresAt: isoTime(made.expiresAt) } }, 201)
  })

  app.delete('/:id/beta-links/:linkId', change('integrations:write', 'Beta Link Withdrawn', about), async (c) => {
    await withdrawBetaLink(deps, c.var.workspaceId, c.req.param('id'), c.req.param('linkId'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/** Integrations of partners, as reviewers see them. */
export function submissionRoutes(deps: ControlDeps) {
  const { db, ctx } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('submissions:read'), async (c) => {
    const { view } = checked(submissionQuery, { view: c.req.query('view') ?? 'waiting' })
    const listed = await listSubmissions(db, view, pageOf(c))
    const submissions = listed.lines.map((one) => presentLiving(one, ctx.now()))
    return c.json({ data: { submissions, pagination: pagination(listed) } })
  })

  app.get('/:id', access('submissions:read'), async (c) => {
    const whoId = c.var.person?.userId ?? TOKEN_ID
    const described = await describeStanding(db, await getLiving(db, c.req.param('id')), { whoId })
    const entries = await listLifecycleEntries(db, described.integration.id)
    const lifecycle = presentLifecycle(described, ['reviewer'], ctx.now())
    return c.json({ data: { lifecycle, record: entries.map(presentLifecycleEntry) } })
  })

  app.get('/:id/customers', access('submissions:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'))
    return c.json({ data: { customers: presentCount(await countCustomersOf(db, integration.id)) } })
  })

  app.post(
    '/:id/decisions',
    change('submissions:decide', 'Submission Decided', subject('submission', 'id')),
    async (c) => {
      const acting = {
        actor: 'reviewer' as const,
        who: c.var.person?.name ?? 'The operators',
        whoId: c.var.person?.userId ?? TOKEN_ID,
      }
      const living = await actOn(deps, callerOf(c), acting, c.req.param('id'), await readBody(c))
      const described = await describeStanding(db, living, { whoId: acting.whoId })
      return c.json({ data: { lifecycle: presentLifecycle(described, ['reviewer'], ctx.now()) } }, 201)
    },
  )

  return app
}

/** A customer follows an invitation. */
export function betaGuestRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('integrations:write', 'Beta Joined'), async (c) => {
    const { token } = checked(betaGuest, await readBody(c))
    const { integration } = await joinBeta(deps, c.var.workspaceId, token)
    return c.json({ data: { integrationId: integration.id, slug: integration.slug } }, 201)
  })

  return app
}

/** What a customer allows the maker of an integration to be told. */
export function consentRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/consent', access('destinations:read'), async (c) => {
    const { integration } = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { consent: await consentOf(db, c.var.workspaceId, integration.id) } })
  })

  app.patch(
    '/:id/consent',
    change('destinations:write', 'Consent Modified', subject('destination', 'id')),
    async (c) => {
      const consent = await updateConsent(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
      return c.json({ data: { consent } })
    },
  )

  return app
}

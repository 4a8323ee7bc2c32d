import { Hono } from 'hono'
import { access, change, subject } from '../../accounts/index.ts'
import { checked } from '../checked.ts'
import { getDestination } from '../destinations/index.ts'
import { getLiving } from '../lifecycle/index.ts'
import { meaningsOf } from '../meanings.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { createMaintenance, withdrawMaintenance } from './commands.ts'
import { describeQuality } from './describe.ts'
import { growthQuery } from './input.ts'
import { csvOfDays, exportedDay, exportedSettings, presentGrowth, presentJudged, presentQuality } from './present.ts'
import { growthOf, listDays, listJudged } from './queries.ts'
import { readRawSamples } from './raw-samples.ts'
import { dayOf } from './score.ts'

/** Days of which figures are told unless a caller says how many, and of which there is an export. */
const USUAL_DAYS = '30'
const EXPORTED_DAYS = 400

/** How integrations of the workspace's own fare. */
export function qualityRoutes(deps: ControlDeps) {
  const { db, ctx } = deps
  const app = new Hono<ApiEnv>()
  const about = subject('integration', 'id')

  app.get('/:id/growth', access('integrations:read'), async (c) => {
    const { days } = checked(growthQuery, { days: c.req.query('days') ?? USUAL_DAYS })
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    return c.json({ data: await growthAnswer(deps, integration.id, days) })
  })

  app.get('/:id/growth/samples', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const samples = await readRawSamples(deps, integration.id)
    return c.json({ data: { samples, ...meaningsOf(samples.flatMap(({ failures }) => failures.map((f) => f.code))) } })
  })

  app.get('/:id/quality', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    return c.json({ data: { quality: await qualityAnswer(deps, integration.id) } })
  })

  app.get('/:id/quality/days.ndjson', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const days = await listDays(db, integration.id, dayOf(ctx.now()) - EXPORTED_DAYS)
    const text = days.map((day) => `${JSON.stringify(exportedDay(day))}\n`).join('')
    return c.body(text, 200, fileOf('application/x-ndjson; charset=utf-8', `${integration.slug}-days.ndjson`))
  })

  app.get('/:id/quality/days.csv', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const days = await listDays(db, integration.id, dayOf(ctx.now()) - EXPORTED_DAYS)
    return c.body(csvOfDays(days), 200, fileOf('text/csv; charset=utf-8', `${integration.slug}-days.csv`))
  })

  app.post('/:id/maintenance', change('integrations:write', 'Maintenance Planned', about), async (c) => {
    const id = await createMaintenance(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { id } }, 201)
  })

  app.delete('/:id/maintenance/:windowId', change('integrations:write', 'Maintenance Withdrawn', about), async (c) => {
    await withdrawMaintenance(deps, c.var.workspaceId, c.req.param('id'), c.req.param('windowId'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/** How integrations of partners fare, as reviewers see them. */
export function qualityReviewRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/growth', access('submissions:read'), async (c) => {
    const { days } = checked(growthQuery, { days: c.req.query('days') ?? USUAL_DAYS })
    const { integration } = await getLiving(db, c.req.param('id'))
    return c.json({ data: await growthAnswer(deps, integration.id, days) })
  })

  app.get('/:id/quality', access('submissions:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'))
    return c.json({ data: { quality: await qualityAnswer(deps, integration.id) } })
  })

  return app
}

/** All of them, the worst first. */
export function qualityListRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()
  app.get('/', access('submissions:read'), async (c) => {
    const listed = await listJudged(db, pageOf(c))
    return c.json({ data: { integrations: listed.lines.map(presentJudged), pagination: pagination(listed) } })
  })
  return app
}

/** What a customer takes along. */
export function settingsExportRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()
  app.get('/:id/settings.json', access('destinations:read'), async (c) => {
    const destination = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    const { 'Content-Disposition': asFile = '' } = fileOf('', `${destination.integration.slug}-settings.json`)
    return c.json({ data: { destination: exportedSettings(destination) } }, 200, { 'Content-Disposition': asFile })
  })
  return app
}

async function growthAnswer({ db }: ControlDeps, integrationId: string, days: number) {
  const growth = presentGrowth(await growthOf(db, integrationId, days))
  const codes = [
    ...Object.keys(growth.total.reasons),
    ...Object.keys(growth.total.errors),
    ...growth.samples.map((s) => s.code),
  ]
  return { growth, ...meaningsOf(codes) }
}

async function qualityAnswer({ db }: ControlDeps, integrationId: string) {
  const { quality, now } = await describeQuality(db, integrationId)
  return presentQuality(quality, now)
}

function fileOf(type: string, name: string): Record<string, string> {
  return { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` }
}

import { Hono } from 'hono'
import { access, callerOf, change, publicRoute, subject } from '../../accounts/index.ts'
import { CHECKS, CHECKS_VERSION, gradeAt } from '../../certify/index.ts'
import { cutPage } from '../../settings/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { createCertification, tryTestCall } from './commands.ts'
import { describeCertification } from './describe.ts'
import { presentCertification, presentCheck, presentExchange, presentResult } from './present.ts'
import { getOwnIntegration, listCertifications, certificationStanding } from './queries.ts'

/** The public list of checks. */
export function checkRoutes({ ctx }: Pick<ControlDeps, 'ctx'>) {
  const app = new Hono<ApiEnv>()

  app.get('/', publicRoute(), (c) => {
    const checks = CHECKS.map((check) => presentCheck(check, gradeAt(check, ctx.now())))
    return c.json({ data: { listVersion: CHECKS_VERSION, checks } })
  })

  return app
}

/** Certifications of integrations that the workspace makes. Mounted under `/integrations`. */
export function certificationRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/certifications', access('integrations:read'), async (c) => {
    const integration = await getOwnIntegration(db, c.var.workspaceId, c.req.param('id'))
    const listed = cutPage(await listCertifications(db, integration.id), pageOf(c), ({ startedAt, id }) => [
      -startedAt,
      id,
    ])
    const certifications = await Promise.all(
      listed.lines.map(async (one) => presentCertification(one, await certificationStanding(one, integration))),
    )
    return c.json({ data: { certifications, pagination: pagination(listed) } })
  })

  app.post(
    '/:id/certifications',
    change('integrations:write', 'Integration Certification Started', subject('integration', 'id')),
    async (c) => {
      const id = c.req.param('id')
      const by = c.var.person?.name ?? 'An API token'
      const begun = await createCertification(deps, callerOf(c), c.var.workspaceId, id, by, await readBody(c))
      const { report, standing } = await describeCertification(deps, c.var.workspaceId, id, begun.id)
      return c.json({ data: { certification: presentCertification(report, standing) } }, 201)
    },
  )

  app.post(
    '/:id/test-calls',
    change('integrations:write', 'Integration Tested', subject('integration', 'id')),
    async (c) => {
      const id = c.req.param('id')
      const exchanges = await tryTestCall(deps, callerOf(c), c.var.workspaceId, id, await readBody(c))
      return c.json({
        data: { exchanges: exchanges.map((one) => ({ ...presentExchange(one), tookMs: Math.round(one.tookMs) })) },
      })
    },
  )

  app.get('/:id/certifications/:run', access('integrations:read'), async (c) => {
    const { id, run } = c.req.param()
    const { report, standing, results } = await describeCertification(deps, c.var.workspaceId, id, run)
    return c.json({
      data: { certification: { ...presentCertification(report, standing), results: results.map(presentResult) } },
    })
  })

  return app
}

import { Hono } from 'hono'
import { access, callerOf, change, may, subject } from '../../accounts/index.ts'
import { type ApiEnv, type ControlDeps, readBodyOrNone } from '../request.ts'
import { deleteVersion, revertVersion, submitVersion } from './commands.ts'
import { versionNumber } from './number.ts'
import { presentDifference, presentVersion, shownDifferences } from './present.ts'
import { describeVersion, describeVersions, type VersionShown } from './queries.ts'

const show = async (shown: VersionShown, isMine: boolean) => ({
  version: presentVersion(shown.version),
  comparedWith: shown.baseNumber,
  changes: (await shownDifferences(shown, isMine)).map(presentDifference),
})

/** Versions of integrations of the workspace's own. Mounted under `/integrations`. */
export function versionRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()
  const about = subject('integration', 'id')

  app.get('/:id/versions', access('integrations:read'), async (c) => {
    const { row, versions } = await describeVersions(db, c.req.param('id'), c.var.workspaceId)
    return c.json({ data: { live: row.live, versions: versions.map(presentVersion) } })
  })

  app.get('/:id/versions/:number', access('integrations:read'), async (c) => {
    const number = versionNumber(c.req.param('number'))
    const shown = await describeVersion(db, c.req.param('id'), number, c.var.workspaceId)
    return c.json({ data: await show(shown, may(c.var.access, 'integrations:write')) })
  })

  app.post(
    '/:id/versions/:number/submit',
    change('integrations:write', 'Integration Version Submitted', about),
    async (c) => {
      const number = versionNumber(c.req.param('number'))
      const acting = { who: c.var.person?.name ?? 'By the API', workspaceId: c.var.workspaceId }
      const { version } = await submitVersion(deps, acting, c.req.param('id'), number)
      return c.json({ data: { version: presentVersion(version) } }, 201)
    },
  )

  app.post(
    '/:id/versions/:number/revert',
    change('integrations:write', 'Integration Version Reverted', about),
    async (c) => {
      const number = versionNumber(c.req.param('number'))
      const who = c.var.person?.name ?? 'By the API'
      const acting = { actor: 'partner' as const, who, workspaceId: c.var.workspaceId }
      const id = c.req.param('id')
      const { version } = await revertVersion(deps, callerOf(c), acting, id, number, await readBodyOrNone(c))
      return c.json({ data: { version: presentVersion(version) } }, 201)
    },
  )

  app.delete('/:id/versions/:number', change('integrations:write', 'Integration Draft Deleted', about), async (c) => {
    await deleteVersion(deps, c.var.workspaceId, c.req.param('id'), versionNumber(c.req.param('number')))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/** Versions of partners' integrations, for reviewers. Mounted under `/submissions`. */
export function reviewedVersionRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/versions', access('submissions:read'), async (c) => {
    const { row, versions } = await describeVersions(db, c.req.param('id'))
    return c.json({ data: { live: row.live, versions: versions.map(presentVersion) } })
  })

  app.get('/:id/versions/:number', access('submissions:read'), async (c) => {
    const shown = await describeVersion(db, c.req.param('id'), versionNumber(c.req.param('number')))
    return c.json({ data: await show(shown, false) })
  })

  app.post(
    '/:id/versions/:number/revert',
    change('submissions:decide', 'Integration Version Reverted', subject('submission', 'id')),
    async (c) => {
      const number = versionNumber(c.req.param('number'))
      const acting = { actor: 'reviewer' as const, who: c.var.person?.name ?? 'The operators' }
      const id = c.req.param('id')
      const { version } = await revertVersion(deps, callerOf(c), acting, id, number, await readBodyOrNone(c))
      return c.json({ data: { version: presentVersion(version) } }, 201)
    },
  )

  return app
}

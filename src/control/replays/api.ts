import { Hono } from 'hono'
import { access, auditSubject, change, subjectInJson, subject } from '../../accounts/index.ts'
import { deadLetterRoutes } from '../dead-letters/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { changeReplay, createReplay } from './commands.ts'
import { presentDetails, presentReplay } from './present.ts'
import { describeReplay } from './describe.ts'
import { REPLAY_LETTERS } from './lettered.ts'
import { listReplays } from './queries.ts'

export function replayRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()
  const details = async (workspaceId: string, id: string) => presentDetails(await describeReplay(deps, workspaceId, id))

  app.get('/', access('destinations:read'), async (c) => {
    const listed = await listReplays(deps.db, c.var.workspaceId, pageOf(c), c.req.query('destinationId'))
    return c.json({
      data: { replays: listed.lines.map(({ replay }) => presentReplay(replay)), pagination: pagination(listed) },
    })
  })

  app.post(
    '/',
    change('destinations:write', 'Replay Created', subjectInJson('destination', 'destinationId')),
    async (c) => {
      const { id } = await createReplay(deps, c.var.workspaceId, await readBody(c))
      auditSubject(c, 'replay', id)
      return c.json({ data: { replay: await details(c.var.workspaceId, id) } }, 201)
    },
  )

  app.get('/:id', access('destinations:read'), async (c) =>
    c.json({ data: { replay: await details(c.var.workspaceId, c.req.param('id')) } }),
  )

  app.patch('/:id', change('destinations:write', 'Replay Modified', subject('replay', 'id')), async (c) => {
    const id = c.req.param('id')
    await changeReplay(deps, c.var.workspaceId, id, await readBody(c))
    return c.json({ data: { replay: await details(c.var.workspaceId, id) } })
  })

  app.route('/:id', deadLetterRoutes(deps, REPLAY_LETTERS))
  return app
}

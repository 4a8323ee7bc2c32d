import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { access } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import { errorReply } from '../errors.ts'
import type { ApiEnv, ControlDeps } from '../request.ts'

/** Milliseconds that an answer may be asked to take. */
const LONGEST_DELAY = 5_000
/** What nobody should find again in a log of answers. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** What clients try themselves out on: it says again what it was sent, as late and with the status that is asked for. */
export function echoRoutes({ ctx }: Pick<ControlDeps, 'ctx'>) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('workspace:read'), async (c) => {
    const message = c.req.query('message')
    if (message === undefined) throw refusal(400, 'This is required.', 'message')
    const delay = numberIn(c.req.query('delay'), 'delay', [0, LONGEST_DELAY])
    const status = statusIn(c.req.query('statusCode'))
    if (delay > 0) await ctx.sleep(delay)
    if (isOn(c.req.query('triggerError'))) return errorReply(c, failed(status, 400), [{ message }])
    if (isOn(c.req.query('triggerMultipleErrors'))) {
      return errorReply(c, failed(status, 400), [{ message }, { message }])
    }
    if (isOn(c.req.query('triggerUnexpectedError'))) return errorReply(c, failed(status, 500), [{ message }])
    const headers = Object.entries(c.req.header()).filter(([name]) => !CREDENTIALS.has(name))
    return c.json({ data: { method: 'get', message, headers: Object.fromEntries(headers) } }, status)
  })

  return app
}

const isOn = (text: string | undefined) => text === 'true'

function numberIn(text: string | undefined, field: string, [least, most]: readonly [number, number]): number {
  const value = Number(text ?? least)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw refusal(400, `Must be a whole number from ${least} to ${most}.`, field)
}

function statusIn(text: string | undefined): ContentfulStatusCode {
  const status = numberIn(text, 'statusCode', [200, 599])
  const hasBody = status !== 204 && status !== 205 && (status < 300 || status >= 400)
  if (!hasBody) throw refusal(400, 'Must be a status whose answer has a body.', 'statusCode')
  return status as ContentfulStatusCode
}

/** An error has the status of one. */
const failed = (asked: ContentfulStatusCode, usual: ContentfulStatusCode) => (asked >= 400 ? asked : usual)

import type { Context, MiddlewareHandler } from 'hono'
import { bodyText } from '../accounts/index.ts'
import { isNavigation, refused, withCors } from '../ingest/index.ts'
import type { PanelContext } from './context.ts'
import { showProblem } from './layout/problem.tsx'

/** Far more than any form has. Pages read their forms whole, those of strangers too. */
const MOST_FIELDS = 5_000

/**
 * Lets through only bodies that are forms, and no larger than forms are: before the guard, which reads some of them. An SDK
 * that was given the address of a page is told so in the tracking API's words.
 */
export function onlyForms(): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== 'POST') return next()
    if (!isForm(c.req.header('content-type'))) {
      const why = 'This is the address of a page, and what was sent to it is no form.'
      return refuse(c, 415, 'This is no form', why)
    }
    if (hasMore(await bodyText(c), '&', MOST_FIELDS)) {
      return refuse(c, 413, 'This is too much', `A form has at most ${MOST_FIELDS.toLocaleString('en-GB')} fields.`)
    }
    return next()
  }
}

function isForm(contentType = ''): boolean {
  return contentType.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}

/** Whether a character stands more than so often in a text. */
function hasMore(text: string, char: string, most: number): boolean {
  let count = 0
  for (let at = text.indexOf(char); at >= 0 && count <= most; at = text.indexOf(char, at + 1)) count++
  return count > most
}

function refuse(c: Context, status: 413 | 415, title: string, why: string) {
  if (isNavigation(c.req.raw)) return showProblem(c as PanelContext, status, title, why)
  return withCors(
    c.req.raw,
    refused(400, 'bad_request', `${why} Events are sent to /v1/batch, /v1/track and the like.`),
  )
}

import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { publicRoute, readForm } from '../../accounts/index.ts'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const COOKIE = 'theme'
const YEAR_SECONDS = 365 * 86_400

/** Light or dark as this browser has chosen; `auto` is what the system says. */
export function themeOf(c: Context): Theme {
  const chosen = getCookie(c, COOKIE)
  return THEMES.find((theme) => theme === chosen) ?? 'auto'
}

/** `POST /theme` remembers a choice and leads back to where it was made. */
export function themeRoutes(): Hono {
  const app = new Hono()
  app.post('/theme', publicRoute(), async (c) => {
    const theme = (await readForm(c)).get('theme')
    const chosen = THEMES.find((one) => one === theme) ?? 'auto'
    setCookie(c, COOKIE, chosen, { path: '/', maxAge: YEAR_SECONDS, sameSite: 'Lax', httpOnly: true })
    return c.redirect(backTo(c), 303)
  })
  return app
}

/** The page that the form was on, as long as it is one of ours. A path with two slashes would lead to another host. */
function backTo(c: Context): string {
  const referer = c.req.header('referer') ?? ''
  if (!URL.canParse(referer)) return '/'
  const { origin, pathname, search } = new URL(referer)
  return origin === new URL(c.req.url).origin && !pathname.startsWith('//') ? pathname + search : '/'
}

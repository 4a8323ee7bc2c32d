import type { Child } from 'hono/jsx'
import { assetUrl } from '../assets.ts'
import type { Theme } from './theme.ts'

/** No inline style, nothing that would need `eval`, and what a refused form says is shown too. */
const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '422', swap: true },
    { code: '[45]..', swap: false, error: true },
  ],
})

/** The outermost of every document. `scripts`: pages of those who are signed in; others need none. */
export function Shell({
  title,
  site = 'Sluice',
  theme,
  scripts,
  description,
  colours,
  children,
}: {
  title: string
  /** Whose page it is, beside its title. */
  site?: string
  theme: Theme
  scripts?: boolean
  /** What others say of the page; without it they are asked not to list it. */
  description?: string | undefined
  /** A style sheet that comes after ours. */
  colours?: string | undefined
  children?: Child
}) {
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === site ? title : `${title} · ${site}`}</title>
        {description === undefined ? (
          <meta name="robots" content="noindex" />
        ) : (
          <meta name="description" content={description} />
        )}
        <link rel="icon" href={assetUrl('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl('panel.css')} />
        {colours !== undefined && <link rel="stylesheet" href={colours} />}
        {scripts && (
          <>
            <meta name="htmx-config" content={HTMX_CONFIG} />
            <script src={assetUrl('htmx.js')} defer />
            <script src={assetUrl('panel.js')} defer />
          </>
        )}
      </head>
      <body>{children}</body>
    </html>
  )
}

/** A document in the middle of the screen, for those who are not signed in: sign-in, sign-up, an invitation. */
export function Narrow({ title, theme, children }: { title: string; theme: Theme; children?: Child }) {
  return (
    <Shell title={title} theme={theme}>
      <main class="narrow" id="main">
        <p class="brand">
          <img src={assetUrl('icon.svg')} alt="" width="28" height="28" />
          Sluice
        </p>
        <h1>{title}</h1>
        {children}
      </main>
    </Shell>
  )
}

import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { assetUrl } from '../assets.ts'
import { Notice } from '../components/notice.tsx'
import type { Tone } from '../components/badge.tsx'
import { type Brand, contactUrl } from './brand.ts'
import { sendPage } from './send.ts'
import { Shell } from './shell.tsx'
import { themeOf } from './theme.ts'

/** Where public pages lead. */
const PLACES = [
  ['Platform', '/partners'],
  ['Spec', '/partners/spec'],
  ['Integrations', '/partners/integrations'],
  ['Docs', '/docs'],
  ['Apply', '/partners/apply'],
  ['Sign in', '/sign-in'],
] as const

interface PublicProps {
  title: string
  brand: Brand
  /** What search engines and previews say of the page; absent: it is nothing for them. */
  description?: string
  lead?: Child
  /** Above the title. */
  above?: Child
  /** Address of the place in the head that the page belongs to. */
  current?: string
  /** Something that just happened. */
  said?: { tone: Tone; title: string } | undefined
  /** Beneath the title, in the width of the text. */
  children?: Child
}

/** Answers with a page for everybody: without scripts, and the same whether somebody is signed in or not. */
export function showPublic(c: Context, props: PublicProps, status: 200 | 400 | 404 | 409 | 410 | 422 | 429 = 200) {
  const { title, brand, description, lead, above, current, said, children } = props
  return sendPage(
    c,
    <Shell title={title} site={brand.name} theme={themeOf(c)} description={description} colours={brand.colours}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="public-head">
        <a class="brand" href="/partners">
          <img src={brand.logo ?? assetUrl('icon.svg')} alt="" width="28" height="28" />
          {brand.name}
        </a>
        <nav aria-label="Site">
          <ul>
            {PLACES.map(([label, href]) => (
              <li>
                <a href={href} aria-current={href === current ? 'page' : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="main" class="public" tabindex={-1}>
        <header class="public-title">
          {above}
          <h1>{title}</h1>
          {lead && <p class="public-lead">{lead}</p>}
        </header>
        {said && <Notice tone={said.tone} title={said.title} />}
        {children}
      </main>
      <PublicFoot brand={brand} />
    </Shell>,
    status,
  )
}

function PublicFoot({ brand: { name, community, terms, contact } }: { brand: Brand }) {
  const links = [
    community && (['Community', community] as const),
    terms && (['Terms', terms] as const),
    contact && (['Contact', contactUrl(contact)] as const),
  ].filter((one) => Boolean(one)) as [string, string][]
  return (
    <footer class="public-foot">
      <p>{name}</p>
      {links.length > 0 && (
        <ul>
          {links.map(([label, href]) => (
            <li>
              <a href={href}>{label}</a>
            </li>
          ))}
        </ul>
      )}
    </footer>
  )
}

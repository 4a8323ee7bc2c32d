import type { Child } from 'hono/jsx'
import { assetUrl } from '../assets.ts'
import { type Crumb, Crumbs } from '../components/crumbs.tsx'
import { Notice } from '../components/notice.tsx'
import type { PanelContext } from '../context.ts'
import { Nav } from './nav.tsx'
import { noticeOf } from './flash.ts'
import { sendPage } from './send.ts'
import { Shell } from './shell.tsx'
import { ThemeChoice } from './theme-choice.tsx'
import { themeOf } from './theme.ts'
import { PersonLine, WorkspaceLink } from './workspace.tsx'

export interface PageProps {
  title: string
  /** Beside the title: the state of what the page is about. */
  state?: Child
  /** One or two sentences under the title. */
  lead?: Child
  /** Key of the place in the navigation that the page belongs to. */
  current?: string
  crumbs?: readonly Crumb[]
  actions?: Child
  tabs?: Child
  children?: Child
}

/** Answers with a whole page of the panel, for somebody who is signed in. */
export function showPage(
  c: PanelContext,
  props: PageProps,
  status: 200 | 400 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 = 200,
) {
  const { title, state, lead, current, crumbs, actions, tabs, children } = props
  const said = noticeOf(c)
  return sendPage(
    c,
    <Shell title={title} theme={themeOf(c)} scripts>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <img src={assetUrl('icon.svg')} alt="" width="24" height="24" />
          Sluice
        </a>
        <button class="button button-plain bar-menu" type="button" popovertarget="nav">
          Menu
        </button>
      </header>
      <div class="frame">
        <Nav
          places={c.var.nav}
          access={c.var.access}
          current={current}
          unread={unreadOf(c)}
          head={<WorkspaceLink c={c} />}
          foot={[<ThemeChoice theme={themeOf(c)} />, <PersonLine c={c} />]}
        />
        <main id="main" tabindex={-1}>
          {crumbs && <Crumbs of={crumbs} />}
          <header class="title">
            <div>
              <div class="title-line">
                <h1>{title}</h1>
                {state}
              </div>
              {lead && <p class="lead">{lead}</p>}
            </div>
            {actions && <div class="actions">{actions}</div>}
          </header>
          {said && <Notice tone={said.tone} title={said.title} />}
          {tabs}
          {children}
        </main>
      </div>
    </Shell>,
    status,
  )
}

function unreadOf(c: PanelContext): number | undefined {
  const { access, person } = c.var
  return person?.workspaces.find(({ id }) => id === access?.workspaceId)?.unread
}

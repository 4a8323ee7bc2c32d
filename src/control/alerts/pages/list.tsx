import { may } from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { PAGE, pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { duration } from '../../../ui/duration.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { type AlertRow, isMuted, listAlerts } from '../queries.ts'
import { describeAlert } from '../words.ts'

/** Whoever is told of an alert has heard of it by then, in milliseconds. */
const LATE_MS = 2 * 60_000

/** `GET /alerts?state=&page=`: what is open, or what was. */
export async function showAlerts(c: PanelContext, { db, ctx }: ControlDeps) {
  const { access, person } = c.var
  const state = c.req.query('state') === 'closed' ? 'closed' : 'open'
  const [page, muted] = await Promise.all([
    listAlerts(db, access.workspaceId, pageAt(c.req.query('page')), state),
    person ? isMuted(db, access.workspaceId, person.userId) : false,
  ])
  const unread = person?.workspaces.find(({ id }) => id === access.workspaceId)?.unread ?? 0
  const now = ctx.now()
  const mayWrite = may(access, 'alerts:write')
  const untold = page.lines.filter(({ openTold, openedAt }) => !openTold && now - openedAt > LATE_MS)
  return showPage(c, {
    title: 'Alerts',
    current: 'alerts',
    lead: 'What somebody has to know: opened once when it begins, closed once when it is over.',
    actions: (
      <>
        {person && unread > 0 && (
          <form method="post" action="/alerts/read">
            <Button>Mark all as read</Button>
          </form>
        )}
        {person && (
          <form method="post" action="/alerts/mute">
            <Button name="muted" value={muted ? '0' : '1'}>
              {muted ? 'Hear of them again' : 'Mute for me'}
            </Button>
          </form>
        )}
        <Button href="/alerts/rules">Rules</Button>
      </>
    ),
    children: (
      <>
        <nav class="tags" aria-label="Which">
          <Which state="open" current={state} href="/alerts">
            Open
          </Which>
          <Which state="closed" current={state} href="/alerts?state=closed">
            Closed
          </Which>
        </nav>
        {untold.length > 0 && (
          <Notice
            tone="bad"
            title={`Nobody has taken the ${untold.length === 1 ? 'notice' : 'notices'} of ${untold.length} of these`}
          >
            Webhook or mailer refused or did not answer: see <a href="/alerts/rules">who is told</a>. A notice is sent
            again for a day.
          </Notice>
        )}
        {page.lines.length === 0 ? (
          <Empty icon="check" title={state === 'open' ? 'Nothing is wrong' : 'Nothing was wrong so far'}>
            {state === 'open'
              ? 'No alert is open. The rules say what would open one.'
              : 'Alerts that are over stand here for ninety days.'}
          </Empty>
        ) : (
          <ul class="alerts">
            {page.lines.map((alert) => (
              <Alert of={alert} now={now} mayClose={mayWrite} />
            ))}
          </ul>
        )}
        {page.total > PAGE && <Pager path="/alerts" query={{ state }} page={page} what="alert" />}
      </>
    ),
  })
}

function Which({ state, current, href, children }: { state: string; current: string; href: string; children: string }) {
  return (
    <a class="button button-plain button-small" href={href} aria-current={state === current ? 'true' : undefined}>
      {children}
    </a>
  )
}

function Alert({ of, now, mayClose }: { of: AlertRow; now: number; mayClose: boolean }) {
  const { id, openedAt, closedAt } = of
  const { title, text, todo, path } = describeAlert(of)
  return (
    <li class="card">
      <header class="card-head">
        <div>
          <h2>
            <a href={path}>{title}</a>
          </h2>
          <p class="lead">
            <Ago at={openedAt} now={now} />
            {closedAt !== null && `, for ${duration(Math.max(1_000, closedAt - openedAt))}`}
          </p>
        </div>
        <Badge tone={closedAt === null ? 'bad' : 'off'}>{closedAt === null ? 'Open' : 'Closed'}</Badge>
      </header>
      <p>{text}</p>
      {closedAt === null && (
        <>
          <p>{todo}</p>
          <div class="actions">
            <Button href={path} label={`See what is wrong: ${title}`}>
              See what is wrong
            </Button>
            {mayClose && (
              <form method="post" action={`/alerts/${id}/close`}>
                <Button kind="quiet" label={`Close: ${title}`}>
                  Close
                </Button>
              </form>
            )}
          </div>
        </>
      )}
    </li>
  )
}

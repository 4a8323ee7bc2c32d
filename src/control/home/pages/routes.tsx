import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { access, may } from '../../../accounts/index.ts'
import { describeFlow, describeHealth, type DestinationLine, type FlowTotals } from '../../destinations/index.ts'
import { listBusiest } from '../../sources/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext, PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { StrayNotice, straysOf } from '../../sources/pages/index.ts'
import { plural, unitOf } from '../../../ui/counts.ts'
import { flowOf } from '../flow.ts'
import { FlowPicture, FlowTable } from './picture.tsx'

/** Told apart in the picture; all others are one. */
const SOURCES = 12
const DESTINATIONS = 16
/** Of those that need somebody, with the reason of each. */
const NEEDING = 5
/** How often the page looks again, while somebody looks at it. */
const EVERY = '30s'
/** Of the deployment's requests that went astray, the most telling, for who operates it. */
const STRAYS = 5

export function homePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), (c) => showHome(c, deps))
  return app
}

/** `GET /`: what flows from where to where, and what is wrong. Two queries, and no lane is asked. */
async function showHome(c: PanelContext, deps: ControlDeps) {
  const { db, ctx } = deps
  const { access } = c.var
  const now = ctx.now()
  const operates = may(access, 'deployment:operate')
  const [sources, strays] = await Promise.all([
    listBusiest(db, access.workspaceId, SOURCES),
    operates ? straysOf(deps) : [],
  ])
  const ids = sources.lines.map(({ id }) => id)
  const destinations = await describeFlow(db, access.workspaceId, ids, DESTINATIONS)
  const { totals } = destinations
  const flow = flowOf(sources, destinations, now)
  return showPage(c, {
    title: 'Overview',
    current: 'home',
    lead: 'What flows from where to where, in the last 24 hours.',
    children: (
      <>
        <StrayNotice strays={strays.slice(0, STRAYS)} />
        {sources.totals.count === 0 || totals.count === 0 ? (
          <FirstSteps hasSource={sources.totals.count > 0} mayAdd={may(access, 'sources:write')} />
        ) : (
          <>
            <div id="flow" class="stack" hx-get="/" hx-trigger={`every ${EVERY}`} hx-select="#flow" hx-swap="outerHTML">
              <Needs lines={destinations.lines} totals={totals} now={now} />
              <Card>
                <Numbers sources={sources.totals} destinations={totals} />
                <FlowPicture flow={flow} now={now} />
                <p class="more">
                  <a href="/sources">See all {plural(sources.totals.count, 'source')}</a> and{' '}
                  <a href="/destinations">{plural(totals.count, 'destination')}</a>, and{' '}
                  <a href="/delivery-overview">what became of each event</a>
                </p>
              </Card>
            </div>
            <FlowTable flow={flow} now={now} />
          </>
        )}
      </>
    ),
  })
}

/** "3 need you", with the sentence of each. */
function Needs({ lines, totals, now }: { lines: readonly DestinationLine[]; totals: FlowTotals; now: number }) {
  const needing = lines.flatMap((line) => {
    const { needs, label, tone } = describeHealth(line, now)
    return needs === null ? [] : [{ line, needs, label, tone }]
  })
  if (needing.length === 0) return null
  const count = Math.max(totals.needs, needing.length)
  const more = count - Math.min(needing.length, NEEDING)
  return (
    <Card title={plural(count, 'needs you', 'need you')}>
      <ul class="needs">
        {needing.slice(0, NEEDING).map(({ line, needs, label, tone }) => (
          <li>
            <a href={`/destinations/${line.id}`}>{line.name}</a> of {line.sourceName} <Badge tone={tone}>{label}</Badge>{' '}
            <span class="soft">{needs}</span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p>
          <a href="/destinations?health=needs-you">See {more.toLocaleString('en-GB')} more</a>
        </p>
      )}
    </Card>
  )
}

function Numbers({
  sources: { accepted, rejected },
  destinations: { delivered, waiting, dead },
}: {
  sources: { accepted: number; rejected: number }
  destinations: FlowTotals
}) {
  return (
    <Figures>
      <Figure label="Accepted" value={accepted} unit={unit(accepted)} span="in the last 24 hours" />
      <Figure label="Delivered" value={delivered} unit={unit(delivered)} span="in the last 24 hours" />
      <Figure label="Waiting" value={waiting} unit={unit(waiting)} span="at the moment" />
      <Figure
        label="Dead letters"
        value={dead}
        unit={unit(dead)}
        span="in the last 24 hours"
        tone={dead > 0 ? 'bad' : undefined}
      />
      <Figure
        label="Rejected"
        value={rejected}
        unit={unit(rejected)}
        span="in the last 24 hours"
        tone={rejected > 0 ? 'warn' : undefined}
      />
    </Figures>
  )
}

const unit = (count: number) => unitOf(count, 'event')

/** As long as nothing can flow. */
function FirstSteps({ hasSource, mayAdd }: { hasSource: boolean; mayAdd: boolean }) {
  const add: Child = mayAdd && (
    <Button kind="main" icon="plus" href="/sources/new">
      Add source
    </Button>
  )
  return (
    <div class="columns">
      <Card title="Sources">
        <Empty
          icon="source"
          title={hasSource ? 'There is a source' : 'Begin with a source'}
          action={hasSource ? <Button href="/sources">Open it</Button> : add}
        >
          A website, an app or a server. You get a write key and code to copy, and see the first event arrive.
        </Empty>
      </Card>
      <Card title="Destinations">
        <Empty
          icon="destination"
          title="Then a destination"
          action={hasSource && <Button href="/catalogue">Open the catalogue</Button>}
        >
          Pick an integration from the catalogue, fill in its settings and enable it: events flow {IN_FORCE}.
        </Empty>
      </Card>
    </div>
  )
}

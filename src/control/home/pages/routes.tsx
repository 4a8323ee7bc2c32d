import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { access, may } from '../../../accounts/index.ts'
import { FIRST_WORKSPACE } from '../../../settings/index.ts'
import { searchDestinations } from '../../destinations/index.ts'
import { searchSources } from '../../sources/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext, PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { DestinationTable } from '../../destinations/pages/index.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { sourceKindName } from '../../../integrations/index.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { StrayNotice, straysOf } from '../../sources/pages/index.ts'
import { plural } from '../../../ui/counts.ts'

/** Of each list, the newest. */
const SHOWN = 8
/** Of the deployment's requests that went astray, the most telling, for who operates it. */
const STRAYS = 5

export function homePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), (c) => showHome(c, deps))
  return app
}

async function showHome(c: PanelContext, deps: ControlDeps) {
  const { db } = deps
  const { access } = c.var
  const page = { count: SHOWN }
  const operates = access.workspaceId === FIRST_WORKSPACE && may(access, 'deployment:operate')
  const [sources, destinations, strays] = await Promise.all([
    searchSources(db, access.workspaceId, '', page),
    searchDestinations(db, access.workspaceId, '', page),
    operates ? straysOf(deps) : [],
  ])
  const mayAdd = may(access, 'sources:write')
  return showPage(c, {
    title: 'Overview',
    current: 'home',
    lead: 'What is connected in this workspace.',
    children: (
      <>
        <StrayNotice strays={strays.slice(0, STRAYS)} />
        <div class="columns">
          <NewestCard
            title="Sources"
            path="/sources"
            what="source"
            total={sources.total}
            none={
              <Empty
                icon="source"
                title="Begin with a source"
                action={
                  mayAdd && (
                    <Button kind="main" icon="plus" href="/sources/new">
                      Add source
                    </Button>
                  )
                }
              >
                A website, an app or a server. You get a write key and code to copy, and see the first event arrive.
              </Empty>
            }
          >
            <Table
              caption="Newest sources"
              columns={[{ title: 'Name' }, { title: 'State' }, { title: 'Platform' }]}
              rows={sources.lines.map(({ id, name, enabled, metadataId }) => [
                <a href={`/sources/${id}`}>{name}</a>,
                <EnabledBadge enabled={enabled} />,
                sourceKindName(metadataId),
              ])}
            />
          </NewestCard>
          <NewestCard
            title="Destinations"
            path="/destinations"
            what="destination"
            total={destinations.total}
            none={
              <Empty
                icon="destination"
                title="Then a destination"
                action={sources.total > 0 && <Button href="/catalogue">Open the catalogue</Button>}
              >
                Pick an integration from the catalogue, fill in its settings and enable it: events flow {IN_FORCE}.
              </Empty>
            }
          >
            <DestinationTable
              lines={destinations.lines}
              caption="Newest destinations"
              now={deps.ctx.now()}
              withSource
            />
          </NewestCard>
        </div>
      </>
    ),
  })
}

interface NewestProps {
  title: string
  /** Of the whole list. */
  path: string
  /** One of what is listed: `source`. */
  what: string
  total: number
  /** Instead of the lines as long as there are none. */
  none: Child
  /** The lines. */
  children: Child
}

/** The newest of a list, and the way to all of it. */
function NewestCard({ title, path, what, total, none, children }: NewestProps) {
  if (total === 0) return <Card title={title}>{none}</Card>
  const all = (
    <Button small href={path}>
      See all
    </Button>
  )
  return (
    <Card title={title} lead={plural(total, what)} actions={all}>
      {children}
    </Card>
  )
}

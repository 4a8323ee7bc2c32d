import { tailOf, tailQuery } from '../tail.ts'
import { describeSource } from '../../sources/index.ts'
import { assetUrl } from '../../../ui/assets.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { SourceTabs } from '../../sources/pages/index.ts'
import { plural } from '../../../ui/counts.ts'
import { EventRow } from './row.tsx'

/** Destinations whose names the page knows; of others it says the id. */
const NAMED = 25
/** The whole page stays small; the browser holds up to five hundred. */
const SHOWN = 50

/** `GET /sources/:id/debugger` */
export async function debuggerPage(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const path = `/sources/${id}/debugger`
  const asked = (name: string) => (name === 'count' ? String(SHOWN) : c.req.query(name) || undefined)
  const query = tailQuery(asked)
  const source = await describeSource(deps.db, c.var.access.workspaceId, id, NAMED)
  const tail = await tailOf(id, query, deps).catch((error: unknown) => {
    deps.ctx.log('warn', 'intake does not answer a page', { source: id, error: String(error) })
    return null
  })
  const events = tail?.events ?? []
  const searched = query.text !== undefined || query.only !== undefined
  const names = Object.fromEntries(source.destinations.map((one) => [one.id, one.name]))
  const older = tail?.next && `${path}?${new URLSearchParams({ ...filters(query), before: tail.next }).toString()}`
  return showPage(c, {
    title: source.name,
    current: 'sources',
    crumbs: [['Sources', '/sources']],
    state: <EnabledBadge enabled={source.enabled} />,
    lead: 'Events as they come, the newest first: accepted, filtered and rejected, each with its reason.',
    tabs: <SourceTabs id={id} current="debugger" />,
    children: (
      <>
        {!tail && (
          <Notice tone="warn" title="The source does not answer at the moment.">
            Events are accepted all the same. <a href={path}>Look again</a>
          </Notice>
        )}
        <div
          class="stack tail"
          {...(query.before ? {} : { 'data-tail': '' })}
          data-live={`${path}/live`}
          data-events={`${path}/events`}
          data-page={path}
          data-names={JSON.stringify(names)}
        >
          <div class="tail-bar">
            <form method="get" action={path} role="search">
              <input
                type="search"
                name="q"
                value={query.text ?? ''}
                aria-label="Search by name, id or property"
                placeholder="Search by name, id or property"
                autocomplete="off"
              />
              <select name="status" aria-label="Which events">
                {STATUSES.map(([value, label]) => (
                  <option value={value} selected={value === (query.only ?? '')}>
                    {label}
                  </option>
                ))}
              </select>
              <button class={query.before ? 'button button-plain' : 'button button-plain no-script'} type="submit">
                Search
              </button>
            </form>
            <button class="button button-plain" type="button" data-pause aria-pressed="false" hidden>
              Pause
            </button>
            <fieldset class="views">
              <legend class="unseen">View</legend>
              <label>
                <input type="radio" name="view" id="view-pretty" checked /> Pretty
              </label>
              <label>
                <input type="radio" name="view" id="view-raw" /> Raw
              </label>
            </fieldset>
          </div>
          <p class="tail-said" role="status">
            {saidOf(query, tail?.looked ?? 0, events.length)}
          </p>
          <p class="no-script">
            Without scripts this page does not move by itself. <a href={path}>Look again</a>
          </p>
          <ol class="events" aria-label="Events, the newest first" hidden={events.length === 0}>
            {events.map((event) => (
              <EventRow event={event} names={names} path={path} />
            ))}
          </ol>
          <div data-none="" hidden={events.length > 0 || searched || !tail}>
            <NoneYet id={id} />
          </div>
          <div data-nothing="" hidden={events.length > 0 || !searched || !tail}>
            <NothingFound words={query.text === undefined ? 'your choice' : `“${query.text}”`} path={path} />
          </div>
        </div>
        <p class="actions">
          {query.before && (
            <Button small href={path}>
              Back to the newest
            </Button>
          )}
          <a class="button button-plain button-small" href={older ?? path} data-older="" hidden={!older}>
            Older events
          </a>
        </p>
        <script src={assetUrl('debugger.js')} defer />
      </>
    ),
  })
}

const STATUSES = [
  ['', 'All events'],
  ['accepted', 'Accepted'],
  ['rejected', 'Rejected'],
] as const

type Query = ReturnType<typeof tailQuery>

function filters({ text, only }: Query): Record<string, string> {
  return { ...(text !== undefined && { q: text }), ...(only && { status: only }) }
}

function saidOf({ text, before }: Query, looked: number, shown: number): string {
  if (text !== undefined) return `${plural(shown, 'event')} of ${plural(looked, 'event')} that were searched.`
  return before ? `${plural(shown, 'older event')}. This page does not move.` : `The last ${plural(shown, 'event')}.`
}

function NothingFound({ words, path }: { words: string; path: string }) {
  return (
    <Empty
      icon="search"
      title={
        <>
          Nothing matches <span data-slot="what">{words}</span>
        </>
      }
      action={<Button href={path}>Show all events</Button>}
    >
      The last 500 events were looked at. Rejected events are kept as a sample: three of a request, five of a batch.
    </Empty>
  )
}

function NoneYet({ id }: { id: string }) {
  return (
    <Empty
      icon="source"
      title="No event has come yet"
      action={<Button href={`/sources/${id}/setup`}>Set up this source</Button>}
    >
      Send one as shown under “Set up”: it appears here by itself, usually within three seconds.
    </Empty>
  )
}

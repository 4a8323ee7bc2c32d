import { isPulled, SOURCE_KINDS } from '../../../integrations/index.ts'
import { countMembers, may } from '../../../accounts/index.ts'
import { describeSource, type SourceDescription } from '../queries.ts'
import { sendSample } from '../sample.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt } from '../../../ui/forms.ts'
import { messageOf } from '../../../refusal.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { guideFor, whereOf } from '../snippets/index.ts'
import { Arrivals } from './arrivals.tsx'
import { type Arriving, arrivingAt } from './counters.ts'
import type { FirstStepsProps } from './first-steps.tsx'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { SourceTabs } from './tabs.tsx'

/** `GET /sources/:id/setup?platform=&key=`: code to copy, and what has arrived of it. */
export async function showSetup(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const source = await describeSource(deps.db, c.var.access.workspaceId, id, 1)
  // What it comes from is asked, and sends nothing.
  if (isPulled(source.metadataId)) return c.redirect(`/sources/${id}/cloud`, 303)
  const arriving = await arrivingAt(id, deps)
  const { name, enabled, writeKeys } = source
  const platform =
    SOURCE_KINDS.find((kind) => kind.id === (c.req.query('platform') ?? source.metadataId)) ?? SOURCE_KINDS[0]
  const writeKey = writeKeys.find((key) => key === c.req.query('key')) ?? writeKeys.at(-1)
  return showPage(c, {
    title: name,
    current: 'sources',
    crumbs: [['Sources', '/sources']],
    state: <EnabledBadge enabled={enabled} />,
    tabs: <SourceTabs id={id} current="setup" />,
    children: (
      <>
        <Arrivals sourceId={id} {...arriving} {...await nextOf(c, source, arriving, deps)} now={deps.ctx.now()} />
        {writeKey === undefined ? (
          <Empty
            icon="key"
            title="This source has no write key"
            action={<Button href={`/sources/${id}/settings`}>Add a write key</Button>}
          >
            Without one nothing can be sent to it.
          </Empty>
        ) : (
          <Card
            title="Send an event"
            lead="The code has this source’s write key and this deployment’s address in it: copy it as it is."
          >
            <form class="row" method="get" action={`/sources/${id}/setup`}>
              <label for="platform">Platform</label>
              <select
                id="platform"
                name="platform"
                hx-get={`/sources/${id}/setup`}
                hx-include="closest form"
                hx-target="#guide"
                hx-select="#guide"
                hx-swap="outerHTML"
                hx-push-url="true"
              >
                {SOURCE_KINDS.filter((kind) => !isPulled(kind.id)).map((kind) => (
                  <option value={kind.id} selected={kind.id === platform?.id}>
                    {kind.name}
                  </option>
                ))}
              </select>
              {writeKeys.length > 1 && <input type="hidden" name="key" value={writeKey} />}
              <button class="button button-plain button-small no-script" type="submit">
                Show
              </button>
            </form>
            <Steps kind={platform?.id ?? ''} url={c.req.url} writeKey={writeKey} />
            {may(c.var.access, 'sources:write', id) && (
              <form class="row" method="post" action={`/sources/${id}/sample`}>
                <Button small>Send a sample event from here</Button>
                <span class="help">For who has no terminal at hand: one “Sample Event”, by the newest key.</span>
              </form>
            )}
          </Card>
        )}
      </>
    ),
  })
}

function Steps({ kind, url, writeKey }: { kind: string; url: string; writeKey: string }) {
  const { steps, warning } = guideFor(kind, whereOf(url, writeKey))
  return (
    <div id="guide" class="stack">
      {warning !== undefined && <Notice tone="warn" title={warning} />}
      {steps.map(({ title, code, language, note }) => (
        <div>
          <CodeBlock label={title} language={language} code={code} />
          {note !== undefined && <p class="help">{note}</p>}
        </div>
      ))}
    </div>
  )
}

/** What stands below the figures once events arrive. */
async function nextOf(
  c: PanelContext,
  { id, destinationTotal }: SourceDescription,
  { counters }: Arriving,
  { accounts }: ControlDeps,
): Promise<{ next: FirstStepsProps | 'later' }> {
  if (!counters || counters.received === 0) return { next: 'later' }
  const { access } = c.var
  const { members, invited } = await countMembers(accounts, access.workspaceId)
  const { hostname } = new URL(c.req.url)
  return { next: { sourceId: id, destinations: destinationTotal, people: members + invited, hostname, access } }
}

/** `POST /sources/:id/sample`: one event, as an SDK would send it. */
export async function postSample(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { origin } = new URL(c.req.url)
  const sent = await attempt(() => sendSample(deps, c.var.access.workspaceId, id, origin))
  if (!sent.ok) return showProblem(c, 409, 'Nothing was sent', messageOf(sent.problems), `/sources/${id}/setup`)
  return c.redirect(withFlash(`/sources/${id}/setup`, 'sample-sent'), 303)
}

/** `GET /sources/:id/arrivals`: the part of a page that asks again. */
export async function showArrivals(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const source = await describeSource(deps.db, c.var.access.workspaceId, id, 1)
  const arriving = await arrivingAt(id, deps)
  const next = c.req.query('next') === '1' ? await nextOf(c, source, arriving, deps) : {}
  return c.html(<Arrivals sourceId={id} {...arriving} {...next} now={deps.ctx.now()} />)
}

import { may } from '../../../accounts/index.ts'
import type { PullCheck, PullReport, PullRun, Vendor } from '../../../pull/index.ts'
import { withoutSecrets } from '../../../settings/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { shortDuration } from '../../../ui/duration.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import { messageOf } from '../../../refusal.ts'
import { SettingFields, settingsIn } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { warehousesOfSource } from '../../warehouses/index.ts'
import { SourceTabs } from '../../sources/pages/index.ts'
import { checkCloudSource, connectCloudSource, connectCloudSourceWith, pullNow } from '../commands.ts'
import { authorizationAddress } from '../authorization.ts'
import { withFlash } from '../flash.ts'
import { type CloudConnection, connectionOfRow, getCloudSource } from '../queries.ts'
import { estimateOf } from '../estimate.ts'

const EVERY = '3s'
const STATES = {
  idle: ['good', 'Up to date'],
  partly: ['warn', 'Not all can be read'],
  running: ['info', 'Running'],
  failing: ['bad', 'Failing'],
  paused: ['off', 'Paused'],
  unallowed: ['warn', 'Not allowed yet'],
} as const

interface Shown {
  form?: Form
  checks?: readonly PullCheck[]
}

/** `GET /sources/:id/cloud`: how a source is connected to its vendor, and how it stands. */
export async function showCloud(c: PanelContext, deps: ControlDeps, { form = Form.blank, checks }: Shown = {}) {
  const { db, ctx, puller } = deps
  const { source, vendor, row } = await getCloudSource(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const opened = row ? await connectionOfRow(db, vendor, row) : null
  const connection = opened && withoutSecrets(opened)
  const report = row ? await puller(source.id).report() : null
  const isAllowed = row && vendor.oauth ? await puller(source.id).isAllowed() : null
  // Of one that is disconnected there may be tables.
  const tables = connection ? [] : await warehousesOfSource(db, c.var.access.workspaceId, source.id)
  const path = `/sources/${source.id}/cloud`
  const mayWrite = may(c.var.access, 'sources:write', source.id)
  const allowAt = mayWrite && opened ? await authorizationAddress(deps, vendor, opened, visitorOf(c)) : null
  const isToAllow = allowAt !== null && isAllowed !== true
  const state = connection?.paused ? 'paused' : isToAllow ? 'unallowed' : report && stateOf(report)
  const refresh = report?.run &&
    !checks &&
    !form.wrong && {
      'hx-get': path,
      'hx-trigger': `every ${EVERY}`,
      'hx-select': '#standing',
      'hx-swap': 'outerHTML',
    }
  return showPage(
    c,
    {
      title: source.name,
      current: 'sources',
      crumbs: [['Sources', '/sources']],
      state: state ? (
        <Badge tone={STATES[state][0]}>{STATES[state][1]}</Badge>
      ) : (
        <Badge tone="warn">Not connected</Badge>
      ),
      tabs: <SourceTabs id={source.id} current="setup" />,
      actions: mayWrite && connection && <Actions path={path} paused={connection.paused} isToAllow={isToAllow} />,
      children: (
        <>
          {!connection && !form.wrong && (
            <Notice title="It is not connected yet.">
              Give it a key or a client below, and its objects are read: first all there are, then every hour what has
              changed.
            </Notice>
          )}
          {allowAt !== null && !checks && <Allow vendor={vendor} address={allowAt} isAllowed={isAllowed === true} />}
          {checks && <Checks checks={checks} />}
          {connection && report && (
            <div id="standing" class="stack" {...refresh}>
              <Standing report={report} paused={connection.paused} now={ctx.now()} />
              {(report.run ?? report.last) && (
                <RunCard run={report.run ?? report.last} paused={connection.paused} now={ctx.now()} />
              )}
            </div>
          )}
          <Connection
            vendor={vendor}
            connection={connection}
            report={report}
            form={form}
            path={path}
            mayWrite={mayWrite}
            isToAllow={isToAllow}
          />
          {mayWrite && (connection || tables.length > 0) && (
            <Card
              title={connection ? 'Disconnect' : 'Tables'}
              lead={
                connection
                  ? 'Its key is forgotten and nothing is pulled any more. Its tables stay, or go with it: the next page asks.'
                  : 'What was pulled before may be in tables of warehouses.'
              }
            >
              <div class="actions">
                <Button kind="danger" href={`${path}/disconnect`}>
                  {connection ? 'Disconnect' : 'Drop its tables'}
                </Button>
              </div>
            </Card>
          )}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** Leads to the vendor, where somebody allows it: a link, since a form may lead nowhere else. */
function Allow({ vendor, address, isAllowed }: { vendor: Vendor; address: string; isAllowed: boolean }) {
  return (
    <Card
      title={isAllowed ? `Allowed in ${vendor.name}` : `Allow it in ${vendor.name}`}
      lead={
        isAllowed
          ? 'It is read with what was allowed. If that was taken back there, or by another person, allow it once more.'
          : `Sign in there as somebody who may read everything that is wanted. You come back here.`
      }
    >
      <div class="actions">
        <Button kind={isAllowed ? 'plain' : 'main'} href={address}>
          {isAllowed ? 'Allow it once more' : `Go to ${vendor.name}`}
        </Button>
      </div>
    </Card>
  )
}

/** Whose browser it is; a state of OAuth is good for that one alone. */
export function visitorOf(c: PanelContext): { sessionId: string; origin: string } {
  return { sessionId: c.var.person?.sessionId ?? '', origin: new URL(c.req.url).origin }
}

function stateOf({ state, last }: PullReport): keyof typeof STATES {
  return state === 'idle' && last && last.troubles.length > 0 ? 'partly' : state
}

function Actions({ path, paused, isToAllow }: { path: string; paused: boolean; isToAllow: boolean }) {
  return (
    <div class="actions">
      <form method="post" action={`${path}/test`}>
        <Button>Test</Button>
      </form>
      <form method="post" action={`${path}/state`}>
        <Button kind={paused ? 'main' : 'plain'} name="to" value={paused ? 'resume' : 'pause'}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </form>
      {!paused && !isToAllow && (
        <form method="post" action={`${path}/pull`}>
          <Button kind="main">Pull now</Button>
        </form>
      )}
    </div>
  )
}

function Checks({ checks }: { checks: readonly PullCheck[] }) {
  const failed = checks.filter(({ ok }) => !ok)
  return (
    <Card title="Test">
      {failed.length === 0 ? (
        <Notice tone="good" title="All that is wanted can be read." />
      ) : (
        <Notice tone="bad" title={`${plural(failed.length, 'thing')} cannot be read.`}>
          Give the key these rights, or leave the collections out below.
        </Notice>
      )}
      <Table
        caption="What was looked at"
        columns={[{ title: 'Collection' }, { title: 'In words' }]}
        rows={checks.map(({ code, ok, words }) => [
          <>
            <span class="mono">{code}</span> <Badge tone={ok ? 'good' : 'bad'}>{ok ? 'Good' : 'Not good'}</Badge>
          </>,
          <span class="prose">{words}</span>,
        ])}
      />
    </Card>
  )
}

function Standing({ report, paused, now }: { report: PullReport; paused: boolean; now: number }) {
  const { error, waiting, failures, nextAt, objects, calls, run, last } = report
  const next = paused
    ? '–'
    : run
      ? failures > 0 || waiting
        ? 'waiting'
        : 'running'
      : nextAt === null || nextAt <= now
        ? 'about now'
        : `in ${shortDuration(nextAt - now)}`
  return (
    <>
      {error && failures > 0 && (
        <Notice
          tone="bad"
          title={failures === 1 ? 'It could not go on.' : `It could not go on, ${failures} times in a row.`}
        >
          {sentence(error.words)} It is tried again by itself.
        </Notice>
      )}
      {waiting && (
        <Notice tone="info" title="It waits.">
          {sentence(waiting.words)}
        </Notice>
      )}
      <Card title="How it stands">
        <Figures>
          <Figure label="Objects read" value={objects} />
          <Figure label="API calls" value={calls} />
          <Figure
            label="Last run"
            value={last?.endedAt ? `${shortDuration(Math.max(0, now - last.endedAt))} ago` : '–'}
          />
          <Figure label="Next run" value={next} />
        </Figures>
      </Card>
    </>
  )
}

/** What a vendor says may end without a full stop. */
function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`
}

function RunCard({ run, paused, now }: { run: PullRun | null; paused: boolean; now: number }) {
  if (!run) return null
  const { passes, expected, objects, calls, troubles, endedAt } = run
  const left = paused ? null : estimateOf(run, now)
  return (
    <Card
      title={endedAt !== null ? 'The last run' : paused ? 'The run that waits' : 'The run under way'}
      lead={`${expected && endedAt === null ? `About ${percentOf(expected)} % of what is read whole; ` : ''}${plural(objects, 'object')} in ${plural(calls, 'call')}; ${passes.done} of ${passes.all} lists${passes.current ? `, now ${passes.current}` : ''}${left === null ? '' : `, about ${shortDuration(left)} to go`}.`}
    >
      {endedAt === null && (
        <progress
          value={expected ? expected.read : passes.done}
          max={Math.max(1, expected ? expected.of : passes.all)}
          aria-label={expected ? 'Objects that are read' : 'Lists that are read'}
        >
          {passes.done} of {passes.all}
        </progress>
      )}
      {troubles.length > 0 && (
        <Notice tone="warn" title={`${plural(troubles.length, 'list')} could not be read.`}>
          All others were. Each run tries again; what you do not need is left out below.
        </Notice>
      )}
      {troubles.length > 0 && (
        <Table
          caption="What could not be read"
          columns={[{ title: 'List' }, { title: 'Why' }]}
          rows={troubles.map(({ pass, words }) => [
            <span class="mono">{pass}</span>,
            <span class="prose">{words}</span>,
          ])}
        />
      )}
    </Card>
  )
}

function percentOf({ read, of }: { read: number; of: number }): number {
  return Math.min(100, Math.floor((100 * read) / of))
}

interface ConnectionProps {
  vendor: Vendor
  connection: CloudConnection | null
  report: PullReport | null
  form: Form
  path: string
  mayWrite: boolean
  /** Something else is to be done first. */
  isToAllow: boolean
}

function Connection({ vendor, connection, report, form, path, mayWrite, isToAllow }: ConnectionProps) {
  const general = form.problem() ?? form.problem('settings') ?? form.problem('leftOut') ?? form.problem('added')
  const wanted = (name: string) =>
    form.wrong ? form.has(`collection.${name}`) : connection === null || !connection.leftOut.includes(name)
  return (
    <form method="post" action={path} class="stack form">
      {form.wrong && <Notice tone="bad" title={general ?? 'Not saved: something below needs another look.'} />}
      <Card title="Connection">
        <SettingFields fields={vendor.fields} saved={connection?.settings ?? null} form={form} />
      </Card>
      <Card
        title="Collections"
        lead="Each becomes a table. What is left out is not read, and what is taken in later is read whole."
      >
        <fieldset class="stack">
          <legend class="unseen">Collections</legend>
          {[...vendor.collections, ...(connection?.added ?? [])].map((name) => {
            const { objects = 0, isWhole = false } = report?.collections[name] ?? {}
            return (
              <label class="check">
                <input
                  type="checkbox"
                  name={`collection.${name}`}
                  value="on"
                  checked={wanted(name)}
                  disabled={!mayWrite}
                />
                <span>
                  <span class="mono">{name}</span>
                  {objects > 0 && (
                    <span class="help">
                      {' '}
                      {plural(objects, 'object')} read{isWhole ? '' : ', not whole yet'}
                    </span>
                  )}
                </span>
              </label>
            )
          })}
        </fieldset>
        {mayWrite && (
          <div class="actions">
            <Button kind={connection && isToAllow ? 'plain' : 'main'}>{connection ? 'Save' : 'Connect'}</Button>
            {connection && vendor.choices && <Button href={`${path}/collections`}>Choose more</Button>}
          </div>
        )}
      </Card>
    </form>
  )
}

/** `POST /sources/:id/cloud` */
export async function postConnectCloud(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const { vendor } = await getCloudSource(deps.db, c.var.access.workspaceId, id)
  const isIn = (name: string) => form.has(`collection.${name}`)
  const leftOut = vendor.collections.filter((name) => !isIn(name))
  const saved = await attempt(() =>
    connectCloudSourceWith(deps, c.var.access.workspaceId, id, (before, problems) => ({
      settings: settingsIn(form, vendor.fields, before?.settings ?? null, problems),
      leftOut,
      added: before?.added.filter(isIn) ?? [],
    })),
  )
  if (!saved.ok) return showCloud(c, deps, { form: form.refused(...saved.problems) })
  return c.redirect(withFlash(`/sources/${id}/cloud`, 'cloud-connected'), 303)
}

/** `POST /sources/:id/cloud/test` */
export async function postTestCloud(c: PanelContext, deps: ControlDeps) {
  const tried = await attempt(() => checkCloudSource(deps, c.var.access.workspaceId, c.req.param('id') ?? ''))
  if (!tried.ok)
    return showProblem(
      c,
      409,
      'It cannot be tested',
      messageOf(tried.problems),
      `/sources/${c.req.param('id') ?? ''}/cloud`,
    )
  return showCloud(c, deps, { checks: tried.value })
}

/** `POST /sources/:id/cloud/pull` */
export async function postPullNow(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const begun = await attempt(() => pullNow(deps, c.var.access.workspaceId, id))
  if (!begun.ok) return showProblem(c, 409, 'No run can begin', messageOf(begun.problems), `/sources/${id}/cloud`)
  return c.redirect(withFlash(`/sources/${id}/cloud`, 'cloud-pull-begun'), 303)
}

/** `POST /sources/:id/cloud/state` with `to`: `pause` or `resume`. */
export async function postCloudState(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const paused = (await Form.read(c)).get('to') === 'pause'
  await connectCloudSource(deps, c.var.access.workspaceId, id, { paused })
  return c.redirect(withFlash(`/sources/${id}/cloud`, paused ? 'cloud-paused' : 'cloud-resumed'), 303)
}

import { may } from '../../../accounts/index.ts'
import { laneWords, total } from '../../../lane/index.ts'
import type { Counted, ReplayReport, ReplayState } from '../../../replay/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { DeadReasons } from '../../dead-letters/pages/index.ts'
import { describeReplay, type ReplayDetails } from '../describe.ts'
import { REPLAY_FAILURES, percent, rangeWords, STATES } from './words.ts'

/** Kinds of events that the page lists. */
const KINDS = 20
const EVERY = '3s'

/** `GET /replays/:id`: what was counted, what it will do, and what has become of it. */
export async function showReplay(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const details = await describeReplay(deps, workspaceId, c.req.param('id') ?? '')
  const { row, report, destination, sourceName } = details
  const { selection } = row.order
  const state = report?.state ?? row.state
  const { tone, label } = STATES[state]
  const moves = state === 'counting' || state === 'running'
  const path = `/replays/${row.id}`
  const mayWrite = destination !== null && may(c.var.access, 'destinations:write', destination.sourceId)
  const refresh = moves && {
    'hx-get': path,
    'hx-trigger': `every ${EVERY}`,
    'hx-select': '#replay',
    'hx-swap': 'outerHTML',
  }
  return showPage(c, {
    title: destination ? `Replay to ${destination.name}` : 'Replay to a deleted destination',
    current: 'replays',
    crumbs: [['Replays', '/replays']],
    lead: (
      <>
        Events of {sourceName === null ? 'a deleted source' : <a href={`/sources/${row.sourceId}`}>{sourceName}</a>},
        received from {rangeWords(selection)}.
      </>
    ),
    children: (
      <div id="replay" class="stack" {...refresh}>
        <p>
          <Badge tone={tone}>{label}</Badge>
        </p>
        {report?.failure && (
          <Notice tone="bad" title={state === 'failed' ? 'It failed' : 'It was paused'}>
            {REPLAY_FAILURES[report.failure]}
          </Notice>
        )}
        {report && <Progress report={report} details={details} />}
        {report && mayWrite && <Controls path={path} state={state} share={report.share} />}
        {report && <CountedCard counted={report.counted} selection={selection} share={report.share} />}
        <Requests requests={details.requests} />
      </div>
    ),
  })
}

function Progress({ report, details: { estimate, repeats } }: { report: ReplayReport; details: ReplayDetails }) {
  const { state, figures, progress } = report
  const reasons = Object.entries(figures.filtered)
  const dead = total(figures.dead)
  const through = figures.selected === 0 ? 0 : 1 - figures.pending / figures.selected
  const path = `/replays/${report.order.id}`
  return (
    <Card title={state === 'counting' ? 'Being counted' : 'What becomes of it'} lead={leadOf(report, estimate)}>
      <p>
        {state === 'counting' ? (
          <progress max="1" value={String(progress)} aria-label="How much of the archive has been read" />
        ) : (
          <progress max="1" value={String(through)} aria-label="How many of the events are through" />
        )}
      </p>
      <Figures>
        <Figure label="Selected" value={figures.selected} />
        <Figure label="Delivered" value={figures.delivered} />
        <Figure label="Left" value={figures.pending} />
        <Figure label="Filtered" value={total(figures.filtered)} />
        <Figure label="Dead" value={dead} {...(dead > 0 && { tone: 'bad', href: `${path}/dead-letters` })} />
      </Figures>
      {dead > 0 && <DeadReasons dead={figures.dead} path={path} />}
      {reasons.length > 0 && (
        <Facts of={reasons.map(([code, n]) => [code, `${plural(n, 'event')}: ${laneWords(code)}`])} />
      )}
      {repeats.length > 0 && (
        <p>
          {plural(repeats.length, 'earlier replay')} between the two {repeats.length === 1 ? 'overlaps' : 'overlap'}{' '}
          with this range:{' '}
          {repeats.slice(0, 3).map((id, at) => (
            <>
              {at > 0 && ', '}
              <a href={`/replays/${id}`}>{id}</a>
            </>
          ))}
          . A receiver that drops repeats gets each event once.
        </p>
      )}
    </Card>
  )
}

function leadOf({ state }: ReplayReport, estimate: ReplayDetails['estimate']): string {
  if (state === 'counting') return 'Every archive object of the range is read. Nothing is sent meanwhile.'
  if (!estimate || state === 'done' || state === 'cancelled' || state === 'failed') return 'In books of its own.'
  const { events, rate, seconds, usd } = estimate
  if (events === 0) return 'The range has no event that it would send.'
  const pace =
    seconds === null
      ? 'as fast as the receiver answers'
      : `at ${rate} ${rate === 1 ? 'request' : 'requests'} a second: ${duration(seconds * 1_000)}`
  return `${plural(events, 'event')} to send, ${pace}. About $${usd < 0.01 ? '0.01 or less' : usd.toFixed(2)} at list prices.`
}

function Controls({ path, state, share }: { path: string; state: ReplayState; share: number }) {
  const deeds: [to: string, label: string, kind: 'main' | 'plain' | 'danger'][] = []
  if (state === 'ready') deeds.push(['running', 'Start', 'main'])
  if (state === 'paused') deeds.push(['running', 'Resume', 'main'])
  if (state === 'running') deeds.push(['paused', 'Pause', 'plain'])
  if (state !== 'done' && state !== 'cancelled' && state !== 'failed') deeds.push(['cancelled', 'Cancel', 'danger'])
  if (deeds.length === 0) return null
  return (
    <Card title="Steer it">
      <form method="post" action={path} class="actions">
        {deeds.map(([to, label, kind]) => (
          <Button kind={kind} name="state" value={to}>
            {label}
          </Button>
        ))}
      </form>
      <form method="post" action={path}>
        <Field id="share" label="Share of the destination’s pace, in percent">
          <Input
            id="share"
            name="share"
            type="number"
            min="1"
            max="100"
            value={String(Math.round(share * 100))}
            required
          />
        </Field>
        <div class="actions">
          <Button>Change the pace</Button>
        </div>
      </form>
    </Card>
  )
}

function CountedCard({
  counted,
  selection,
  share,
}: {
  counted: Counted
  selection: ReplayReport['order']['selection']
  share: number
}) {
  const { events, bytes, users, kinds, otherKinds, filtered, unreadable } = counted
  const shown = kinds.toSorted((a, b) => b.events - a.events).slice(0, KINDS)
  const others =
    otherKinds + kinds.reduce((n, kind) => n + kind.events, 0) - shown.reduce((n, kind) => n + kind.events, 0)
  const asked: [string, string][] = [
    ...(selection.types ? [['Only these calls', selection.types.join(', ')] as [string, string]] : []),
    ...(selection.events ? [['Only these names', selection.events.join(', ')] as [string, string]] : []),
    ...(selection.userIds ? [['Only these people', selection.userIds.join(', ')] as [string, string]] : []),
    ...(selection.sample === undefined ? [] : [['Part of the people', percent(selection.sample)] as [string, string]]),
  ]
  return (
    <Card title="What the range has">
      <Facts
        of={[
          ['Events', events.toLocaleString('en-GB')],
          ['People', users === null ? 'more than a million' : users.toLocaleString('en-GB')],
          ['Size', `${(bytes / 1e3).toLocaleString('en-GB', { maximumFractionDigits: 1 })} KB of JSON`],
          ['Kept back by the destination’s rules', plural(total(filtered), 'event')],
          ['Share of the pace', percent(share)],
          ...asked,
          ...(unreadable > 0
            ? [
                ['Not in the archive any more', plural(unreadable, 'object or line', 'objects or lines')] as [
                  string,
                  string,
                ],
              ]
            : []),
        ]}
      />
      {shown.length > 0 && (
        <Table
          caption="Events by call and name"
          columns={[{ title: 'Call' }, { title: 'Name' }, { title: 'Events', number: true }]}
          rows={[
            ...shown.map(({ type, name, events }) => [type, name ?? '', events.toLocaleString('en-GB')]),
            ...(others > 0 ? [['others', '', others.toLocaleString('en-GB')]] : []),
          ]}
        />
      )}
    </Card>
  )
}

function Requests({ requests }: { requests: ReplayDetails['requests'] }) {
  if (requests.length === 0) return null
  return (
    <Card title="As they are sent" lead="The first events of the range, without the headers that sign them.">
      {requests.map(({ method, url, body }, at) => (
        <CodeBlock label={`${at + 1}: ${method} ${url}`} code={body} language="JSON" />
      ))}
    </Card>
  )
}

import { type DeliveryStatus, fateOf, lineAt, traceEvent } from '../trace.ts'
import { placeOf } from '../tail.ts'
import { describeSource, getSource } from '../../sources/index.ts'
import { warningsOf } from '../../../event/index.ts'
import { Badge, type Tone } from '../../../ui/components/badge.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { deadWords, laneWords } from '../../../lane/index.ts'
import { delayWords } from '../../destinations/pages/index.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { cutText, SHOWN, shownJson } from '../../../ui/shown.ts'
import { codeWords } from '../words.ts'
import { plural } from '../../../ui/counts.ts'
import { type DeviceFate, deviceFates } from './on-device.ts'
import { refusal } from '../../../refusal.ts'

/** Lanes that one page asks; of the other destinations a link asks. */
const ASKED = 2
const NAMED = 25

/** `GET /sources/:id/debugger/:event`: where did it go? */
export async function eventPage(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const path = `/sources/${id}/debugger`
  const place = placeOf(c.req.param('event'))
  const source = await describeSource(deps.db, c.var.access.workspaceId, id, NAMED)
  const found = place && (await traceEvent(id, place, deps))
  if (!place || !found) throw refusal(404, 'This source has no such event.')
  const { payload, archive, matched, filtered } = found
  const names = new Map(source.destinations.map((one) => [one.id, one.name]))
  const known = matched ?? source.destinations.map((one) => one.id)
  const wanted = c.req.query('destination')
  const asked = known
    .filter((one) => one === wanted)
    .concat(known.filter((one) => one !== wanted))
    .slice(0, ASKED)
  const fates = await Promise.all(
    asked.map((one) =>
      fateOf(deps.lane(one), id, place).then(
        (fate) => ({ id: one, fate }),
        () => ({ id: one, fate: null }),
      ),
    ),
  )
  const rest = known.filter((one) => !asked.includes(one))
  const now = deps.ctx.now()
  const text = (value: unknown) =>
    typeof value === 'string' && value !== '' ? cutText(value, SHOWN.value).text : undefined
  const onDevice = payload ? deviceFates(payload, source.destinations) : []
  const nowhere = matched !== null && known.length + Object.keys(filtered).length === 0
  const raw = `${path}/${place.seq}.${place.event}/raw`
  const shown = payload && shownJson(payload, SHOWN.page)
  const titles = fates.map(({ id }) => names.get(id) ?? id)
  return showPage(c, {
    title: text(payload?.event) ?? text(payload?.name) ?? text(payload?.type) ?? 'Event',
    current: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [source.name, `/sources/${id}`],
      ['Debugger', path],
    ],
    lead: `Where did it go? Accepted, archived, and ${wentWords(matched, onDevice)}.`,
    children: (
      <>
        <Card title="The event">
          <Facts
            of={[
              ['Message id', <code class="wrap">{text(payload?.messageId) ?? '–'}</code>],
              ['Accepted', <Moment at={text(payload?.receivedAt) ?? archive.committedAt} now={now} />],
              ['Archived', <Moment at={archive.committedAt} now={now} />],
              ...(payload ? warningsOf(payload) : []).map((one): [string, string] => ['Warning', codeWords(one)]),
              ['In the archive', <code class="wrap">{`${archive.key}, line ${archive.line + 1}`}</code>],
            ]}
          />
        </Card>
        {matched === null && (
          <Notice title="This event is older than a day: which destinations it was meant for is no longer known.">
            What a destination could not deliver is kept there as a dead letter for 30 days.
          </Notice>
        )}
        {nowhere && onDevice.length === 0 && (
          <Notice
            title={
              source.destinationTotal > NAMED
                ? 'No destination that is served from here was enabled when the event came.'
                : 'This source had no enabled destination when the event came.'
            }
          >
            It is in the archive all the same.
          </Notice>
        )}
        {onDevice.length > 0 && <OnDevice fates={onDevice} />}
        {fates.map(({ id: one, fate }, index) => (
          <Card title={titles[index] ?? one} actions={fate && <FateBadge fate={fate} />}>
            {fate ? (
              <Fate
                fate={fate}
                of={titles.indexOf(titles[index] ?? '') === index ? (titles[index] ?? one) : one}
                now={now}
              />
            ) : (
              <p>The destination does not answer at the moment. Look again in a minute.</p>
            )}
            <p>
              <a href={`/destinations/${one}`}>See this destination</a>
            </p>
          </Card>
        ))}
        {rest.length > 0 && (
          <Card title={plural(rest.length, 'more destination')} lead="Their attempts are asked for one by one.">
            <ul class="plain">
              {rest.slice(0, NAMED).map((one) => (
                <li>
                  {names.get(one) ?? one} ·{' '}
                  <a href={`${path}/${place.seq}.${place.event}?destination=${one}`}>Show its attempts</a>
                </li>
              ))}
            </ul>
            {rest.length > NAMED && <p class="help">{plural(rest.length - NAMED, 'more')} are not listed here.</p>}
          </Card>
        )}
        {Object.keys(filtered).length > 0 && (
          <Card title="Not sent to" lead="Rules kept it from these destinations: that is no error.">
            <ul class="plain">
              {Object.entries(filtered)
                .slice(0, NAMED)
                .map(([one, codes]) => (
                  <li>
                    <a href={`/destinations/${one}`}>{names.get(one) ?? one}</a>: {codes.map(codeWords).join(', or ')}{' '}
                    {codes.map((code) => (
                      <code>{code} </code>
                    ))}
                  </li>
                ))}
            </ul>
          </Card>
        )}
        <CodeBlock
          label="The event as it was archived and sent"
          language="json"
          code={shown?.text ?? 'The archive has it no longer.'}
        />
        {payload && (
          <p>
            {shown?.cut && 'It is larger or deeper than is shown here. '}
            <a href={raw} download>
              Download it whole
            </a>
          </p>
        )}
      </>
    ),
  })
}

/** `GET /sources/:id/debugger/:event/raw`: the event as it is archived, letter for letter. */
export async function eventFile(c: PanelContext, deps: ControlDeps) {
  const { id } = await getSource(deps.db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const place = placeOf(c.req.param('event'))
  const line = place && (await lineAt(id, place, deps))
  if (!place || line === undefined) throw refusal(404, 'This source has no such event.')
  return c.body(line, 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Disposition': `attachment; filename="event-${place.seq}.${place.event}.json"`,
    'Cache-Control': 'no-store',
  })
}

function wentWords(matched: readonly string[] | null, onDevice: readonly DeviceFate[]): string {
  if (matched === null) return 'then to its destinations'
  const sent = `sent to ${plural(matched.length, 'destination')} from here`
  if (onDevice.length === 0) return sent
  return `${matched.length > 0 ? `${sent}; ` : ''}what its device says of its own tools stands below`
}

/** Nothing is sent to them from here, so what is known of them is what the event itself says. */
function OnDevice({ fates }: { fates: readonly DeviceFate[] }) {
  return (
    <Card
      title="On the device"
      lead="Tools that run in the page or the app get events there. This is what the device said of them with this event."
    >
      <ul class="lines">
        {fates.map(({ id, name, tone, state, words }) => (
          <li>
            <div>
              {id === undefined ? (
                <strong class="wrap">{name}</strong>
              ) : (
                <a class="wrap" href={`/destinations/${id}`}>
                  {name}
                </a>
              )}{' '}
              <Badge tone={tone}>{state}</Badge>
              <p class="help">{words}</p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Moment({ at, now }: { at: string; now: number }) {
  return (
    <>
      {at} (<Ago at={Date.parse(at)} now={now} />)
    </>
  )
}

const TONES: Record<DeliveryStatus['status'], [Tone, string]> = {
  delivered: ['good', 'Delivered'],
  settled: ['off', 'Settled: delivered or not wanted'],
  filtered: ['off', 'Filtered'],
  pending: ['warn', 'Pending'],
  sending: ['info', 'Being sent'],
  registering: ['info', 'On its way to the lane'],
  dead: ['bad', 'Given up'],
  unsearched: ['off', 'Not known: among more than is searched'],
}

function FateBadge({ fate }: { fate: DeliveryStatus }) {
  const [tone, words] = TONES[fate.status]
  return <Badge tone={tone}>{words}</Badge>
}

/** `of`: what tells its table from that of another destination. */
function Fate({
  fate: { status, attempts, nextAttemptAt, reason },
  of,
  now,
}: {
  fate: DeliveryStatus
  of: string
  now: number
}) {
  const left = nextAttemptAt === undefined ? 0 : Date.parse(nextAttemptAt) - now
  return (
    <>
      {status === 'unsearched' && (
        <p>
          The destination has more events waiting or given up than one look searches: this one is among them, or
          settled.
        </p>
      )}
      {status === 'dead' && <p>Given up: {deadWords(reason ?? '')}. It is kept as a dead letter.</p>}
      {nextAttemptAt !== undefined && (
        <p>{left > 0 ? `Tried again in ${duration(left)}.` : 'Due now: it waits for its turn.'}</p>
      )}
      {attempts.length === 0 ? (
        <p class="help">
          {status === 'delivered' || status === 'settled' || status === 'filtered'
            ? 'Its attempts are forgotten: a destination remembers its last few hundred.'
            : 'No attempt is remembered.'}
        </p>
      ) : (
        <Table
          caption={`Attempts at ${of}`}
          columns={[
            { title: 'Attempt' },
            { title: 'When' },
            { title: 'Outcome' },
            { title: 'Status', number: true },
            { title: 'Took', number: true },
          ]}
          rows={attempts.map(({ at, attempt, outcome, tookMs, status: code, message, batch }) => [
            String(attempt),
            at === null ? 'no longer known' : <Moment at={at} now={now} />,
            <>
              {outcome === 'delivered' ? 'delivered' : laneWords(outcome)}
              {message !== undefined && <q class="wrap">{message}</q>}
              {batch !== undefined && <span class="under">in a batch of {batch}</span>}
            </>,
            code === undefined ? '–' : String(code),
            delayWords(tookMs),
          ])}
        />
      )}
    </>
  )
}

import { EVENT_TYPES } from '../../../event/index.ts'
import { refusal } from '../../../refusal.ts'
import type { SchemaDetails, SchemaProperty } from '../../../statistics/index.ts'
import { Badge, type Tone } from '../../../ui/components/badge.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural, unitOf } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { Chart } from '../../destinations/pages/index.ts'
import { codeWords } from '../../events/index.ts'
import { describeSource } from '../../sources/index.ts'
import { SourceTabs } from '../../sources/pages/index.ts'
import { getSchemaEvent, type Recipient, recipientsOf } from '../queries.ts'
import { filled, stepClock, stepsOf } from './spans.ts'

/** Destinations that are told of; of others there is a number. */
const NAMED = 25

/** `GET /sources/:id/schema/event?type=&name=` */
export async function showSchemaEvent(c: PanelContext, deps: ControlDeps) {
  const { access } = c.var
  const source = await describeSource(deps.db, access.workspaceId, c.req.param('id') ?? '', NAMED)
  const { id } = source
  const type = EVENT_TYPES.find((one) => one === c.req.query('type'))
  if (!type) throw refusal(404, 'There is no such call.')
  const event = await getSchemaEvent(deps, id, { type, name: c.req.query('name') ?? null }, access)
  const now = deps.ctx.now()
  const { name, total, day, week, first, last } = event
  const unit = (count: number) => unitOf(count, 'event')
  const debug = `/sources/${id}/debugger?${new URLSearchParams({ q: name ?? type }).toString()}`
  return showPage(c, {
    title: name ?? type,
    current: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [source.name, `/sources/${id}`],
      ['Events', `/sources/${id}/schema`],
    ],
    lead: (
      <>
        A {type} call{name === null && ' without a name'}, seen last <Ago at={last} now={now} />.{' '}
        <a href={debug}>Look for it in the debugger</a>
      </>
    ),
    tabs: <SourceTabs id={id} current="schema" />,
    children: (
      <>
        <Card title="How often">
          <Figures>
            <Figure label="24 hours" value={day} unit={unit(day)} span="the hour that runs among them" />
            <Figure label="7 days" value={week} unit={unit(week)} />
            <Figure label="In all" value={total} unit={unit(total)} span={`since ${stepClock(first, 'day')}`} />
          </Figures>
          <Week event={event} now={now} />
        </Card>
        <Card
          title={type === 'identify' || type === 'group' ? 'Traits' : 'Properties'}
          lead={<PropertiesLead event={event} />}
        >
          {event.properties.length > 0 && <PropertyTable event={event} now={now} />}
        </Card>
        <Card title="Who gets it" lead={recipientsLead(source.destinationTotal)}>
          <Recipients of={recipientsOf(event, source.destinations)} />
          {source.destinationTotal > NAMED && (
            <p class="help">{plural(source.destinationTotal - NAMED, 'more destination')} are not listed here.</p>
          )}
        </Card>
      </>
    ),
  })
}

function Week({ event: { week, hours }, now }: { event: SchemaDetails; now: number }) {
  const steps = stepsOf('7d', now)
  return (
    <Chart
      id="week"
      title="The last seven days"
      description={`${plural(week, 'event')} in 7 days, by the hour.`}
      kind="bars"
      series={[{ name: 'Events', look: 'first', values: filled(steps, hours, 0) }]}
      mostWords={(most) => `${plural(most, 'event')} in an hour`}
      from={stepClock(steps.from, 'hour')}
      until={stepClock(steps.until, 'hour')}
    />
  )
}

function PropertiesLead({ event: { properties, otherProperties } }: { event: SchemaDetails }) {
  if (properties.length === 0) return <>It has come without any.</>
  return (
    <>
      Nested ones as <code>a.b</code>, members of a list as <code>name.$</code>.
      {otherProperties > 0 && ` Others came ${otherProperties.toLocaleString('en-GB')} times: 300 are told apart.`}
    </>
  )
}

function PropertyTable({ event, now }: { event: SchemaDetails; now: number }) {
  const hasExamples = event.properties.some(({ example }) => example !== undefined)
  return (
    <Table
      caption="Properties"
      columns={[
        { title: 'Name' },
        { title: 'Types' },
        { title: 'Events', number: true },
        ...(hasExamples ? [{ title: 'Last value' }] : []),
        { title: 'Last seen', wide: true },
        { title: 'First seen', wide: true },
      ]}
      rows={event.properties.map((property) => [
        <code class="wrap">{property.path}</code>,
        typeWords(property),
        property.events.toLocaleString('en-GB'),
        ...(hasExamples ? [property.example === undefined ? '–' : <span class="wrap">{property.example}</span>] : []),
        <Ago at={property.last} now={now} />,
        <Ago at={property.first} now={now} />,
      ])}
    />
  )
}

/** `number`; where it has several: `number 418, string 2`. */
function typeWords({ types }: SchemaProperty): string {
  const all = Object.entries(types).toSorted(([, a], [, b]) => b - a)
  if (all.length === 1) return all[0]?.[0] ?? ''
  return all.map(([type, count]) => `${type} ${count.toLocaleString('en-GB')}`).join(', ')
}

function recipientsLead(total: number): string {
  if (total === 0) return 'This source has no destination: it is in the archive all the same.'
  return 'As the settings are now, when the event’s own integrations object keeps it from nobody.'
}

const HOW: Readonly<Record<Recipient['how'], [Tone, string]>> = {
  cloud: ['good', 'Gets it'],
  device: ['good', 'Gets it on the device'],
  disabled: ['off', 'Disabled'],
  filtered: ['off', 'Does not get it'],
}

function Recipients({ of }: { of: readonly Recipient[] }) {
  if (of.length === 0) return null
  return (
    <ul class="lines">
      {of.map(({ id, name, how, code }) => (
        <li>
          <div>
            <a class="wrap" href={`/destinations/${id}`}>
              {name}
            </a>{' '}
            <Badge tone={HOW[how][0]}>{HOW[how][1]}</Badge>
            {code !== undefined && <p class="help">{codeWords(code)}</p>}
          </div>
        </li>
      ))}
    </ul>
  )
}

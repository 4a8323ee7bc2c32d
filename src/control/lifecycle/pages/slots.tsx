import { Badge } from '../../../ui/components/badge.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural } from '../../../ui/counts.ts'
import { type Count, type CountedCustomer, LACKS } from '../customers.ts'

/** Others of which a page tells. */
const MOST_OTHERS = 50

/** How many customers count, a line a slot, and what each lacks. */
export function CustomerSlots({ of: { rule, filled, slots, others }, now }: { of: Count; now: number }) {
  const { needed, days, window } = rule
  const lead = `Public as soon as ${plural(needed, 'customer')} use it and have each had real deliveries on ${days} of the last ${window} days.`
  const numberOf = (one: CountedCustomer, n: number) => one.name ?? `Customer ${n}`
  const line = (one: CountedCustomer, n: number) => [
    <>
      {numberOf(one, n)}
      <span class="under">
        since <Ago at={one.since} now={now} />
      </span>
    </>,
    `${Math.min(one.days, window)} of ${days}`,
    one.lacks.length === 0 ? <Badge tone="good">Counts</Badge> : one.lacks.map((lack) => LACKS[lack]).join(' '),
  ]
  const columns = [{ title: 'Customer' }, { title: 'Days' }, { title: 'Lacks' }]
  return (
    <>
      <Card title="Customers" lead={lead}>
        <Figures>
          <Figure label="Count" value={filled} span={`of ${needed}`} />
        </Figures>
        <Table
          caption="Slots"
          columns={columns}
          rows={slots.map((one, at) => (one ? line(one, at + 1) : [`Slot ${at + 1}`, '–', 'Nobody yet']))}
        />
        <p class="help">A customer is named only if they have agreed to it, on the page of their destination.</p>
      </Card>
      {others.length > 0 && (
        <Card title="Others" lead="They have connected it too, and take no slot.">
          <Table
            caption="Others who have connected it"
            columns={columns}
            rows={others.slice(0, MOST_OTHERS).map((one, at) => line(one, slots.length + at + 1))}
          />
          {others.length > MOST_OTHERS && <p class="help">And {others.length - MOST_OTHERS} more.</p>}
        </Card>
      )}
    </>
  )
}

import { Badge, Tag } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock, Copyable } from '../../../ui/components/code.tsx'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Checkbox, Field, Input, Select } from '../../../ui/components/field.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'

/** `GET /design`: what the pages are made of, to look at and to choose from. */
export function showDesign(c: PanelContext) {
  return showPage(c, {
    title: 'Design',
    lead: 'What the pages of the panel are made of. Sizes and colours are in src/ui/tokens.css, the parts in src/ui/components.',
    state: <Badge tone="info">For those who build it</Badge>,
    tabs: (
      <Tabs
        label="Tabs"
        current="parts"
        tabs={[
          { key: 'parts', label: 'Parts', href: '/design' },
          { key: 'other', label: 'Another tab', href: '/design?other' },
        ]}
      />
    ),
    children: (
      <>
        <Tokens />
        <Card title="Buttons" lead="One main button at most is in view. A danger says its cost before it is done.">
          <div class="actions">
            <Button kind="main" icon="plus" type="button">
              Main
            </Button>
            <Button type="button">Plain</Button>
            <Button kind="danger" type="button">
              Danger
            </Button>
            <Button kind="quiet" type="button">
              Quiet
            </Button>
            <Button type="button" small>
              Small
            </Button>
            <Button type="button" disabled>
              Disabled
            </Button>
            <Button href="/design">A link</Button>
          </div>
        </Card>
        <Card title="States and words">
          <p class="tags">
            <Badge tone="good">Enabled</Badge>
            <Badge tone="warn">Paused</Badge>
            <Badge tone="bad">Failing</Badge>
            <Badge tone="off">Disabled</Badge>
            <Badge tone="info">Beta</Badge>
            <Tag>track</Tag>
            <Tag>Webhook</Tag>
          </p>
        </Card>
        <Notice tone="good" title="Saved. It is in force within 15 seconds." />
        <Notice tone="warn" title="Held back after an answer 503; the next try is in 4 minutes." />
        <Notice tone="bad" title="Not saved: something below needs another look.">
          What is wrong stands beside each field.
        </Notice>
        <Card title="Fields" lead="Label, help, input, what is wrong: in this order for eyes and ears.">
          <div class="stack">
            <Field id="design-name" label="Name" help="As you will look for it.">
              <Input id="design-name" name="name" value="Web shop" help />
            </Field>
            <Field
              id="design-url"
              label="Address"
              optional
              help="Where events are posted."
              error="The address must begin with https://."
            >
              <Input
                id="design-url"
                name="url"
                value="http://example.com"
                mono
                help
                error="The address must begin with https://."
              />
            </Field>
            <Field id="design-select" label="Region">
              <Select
                id="design-select"
                name="region"
                value="eu"
                options={[
                  ['eu', 'Europe'],
                  ['us', 'United States'],
                ]}
              />
            </Field>
            <Checkbox id="design-check" name="check" label="Enabled" checked help="It gets events within 15 seconds." />
          </div>
        </Card>
        <Card title="Figures" lead="Each has its unit and its span of time.">
          <Figures>
            <Figure label="Delivered" value={1_204_113} unit="events" span="last 24 hours" tone="good" />
            <Figure label="Pending" value={42} unit="events" span="now" />
            <Figure label="Delay, p95" value="1.2" unit="s" span="last hour" />
            <Figure label="Dead letters" value={3} unit="events" span="last 24 hours" tone="bad" />
          </Figures>
        </Card>
        <Card title="Table">
          <Table
            caption="An example"
            columns={[{ title: 'Name' }, { title: 'State' }, { title: 'Events', number: true }]}
            rows={[
              [<a href="/design">Web shop</a>, <Badge tone="good">Enabled</Badge>, '1,204,113'],
              [<a href="/design">iOS app</a>, <Badge tone="off">Disabled</Badge>, '0'],
            ]}
          />
          <Pager
            path="/design"
            query={{}}
            page={{ lines: Array<null>(50).fill(null), earlier: 50, total: 1_234, next: 'next', previous: 'previous' }}
            what="source"
          />
        </Card>
        <Card title="Code and facts">
          <CodeBlock
            label="Send an event"
            language="sh"
            code={'curl https://in.example.com/v1/track -u KEY: -d \'{"userId":"u1","event":"Hello"}\''}
          />
          <Facts
            of={[
              ['Write key', <Copyable value="wk_8f3k2j4h5g6d7s8a" label="the write key" />],
              ['Platform', 'JavaScript'],
            ]}
          />
        </Card>
        <Empty
          icon="source"
          title="No source yet"
          action={
            <Button kind="main" icon="plus" type="button">
              Add source
            </Button>
          }
        >
          An empty place says what would be here, and how it gets here.
        </Empty>
        <ConfirmByName
          action="/design"
          name="Web shop"
          deed="Delete this source"
          back="/design"
          costs={['42 events wait. They become dead letters and are not sent.', 'This cannot be undone.']}
        />
      </>
    ),
  })
}

const COLOURS = ['paper', 'surface', 'line', 'soft', 'ink', 'accent', 'good', 'warn', 'bad']
const SIZES = ['s', 'm', 'l', 'xl', '2xl']

function Tokens() {
  return (
    <Card title="Tokens" lead="Two neutrals, one accent, three states; everything between is mixed from them.">
      <ul class="swatches">
        {COLOURS.map((name) => (
          <li>
            <span class={`swatch swatch-${name}`} />
            <code>--{name}</code>
          </li>
        ))}
      </ul>
      <ul class="plain">
        {SIZES.map((size) => (
          <li class={`sample-${size}`}>
            Events arrive <code>--text-{size}</code>
          </li>
        ))}
      </ul>
    </Card>
  )
}

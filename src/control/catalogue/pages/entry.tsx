import { may } from '../../../accounts/index.ts'
import {
  type SettingField,
  type Integration,
  KINDS,
  type Taken,
  takenBy,
  titleOf,
} from '../../../integrations/index.ts'
import { closedWords } from '../circle.ts'
import { findEntry } from '../queries.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import { Badge, Tag } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Todo } from '../../../ui/components/todo.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { findReview } from '../../lifecycle/index.ts'
import { ReviewCard } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { renderBiTool } from './bi-tool.tsx'
import { kindName, kindWords, catalogueStatus } from './categories.ts'
import { IntegrationDocs, IntegrationMaker } from './words.tsx'
import { refusal } from '../../../refusal.ts'

/** Where something is connected, by what it becomes there. */
const CONNECT = {
  destination: { path: '/destinations', permission: 'destinations:write' },
  warehouse: { path: '/warehouses', permission: 'warehouses:write' },
} as const

/** `GET /catalogue/:slug?source=` */
export async function showIntegration(c: PanelContext, { db, ctx }: ControlDeps) {
  const slug = c.req.param('slug') ?? ''
  const found = await findEntry(db, c.var.access.workspaceId, slug)
  if (!found) throw refusal(404, `There is no integration ${slug} in the catalogue.`)
  const { name, description, kind } = found
  const title = titleOf(found)
  const source = c.req.query('source')
  const { tone, words } = catalogueStatus(found)
  const how = kindWords(kind)
  const closed = closedWords(found)
  const add = new URLSearchParams({ integration: found.slug, ...(source && { source }) }).toString()
  // What is fixed is nobody’s to say.
  const fields = found.fields.filter(({ fixed }) => !fixed)
  const help = found.warehouse?.help ?? []
  const connectsAs = KINDS[kind].connectsAs
  // Its steps are its docs.
  if (found.bi) return renderBiTool(c, db, found, found.bi)
  const mine = found.maker === c.var.access.workspaceId
  const review = found.maker === undefined ? undefined : await findReview(db, found)
  const connect = connectsAs && CONNECT[connectsAs]
  return showPage(c, {
    title,
    current: 'catalogue',
    crumbs: [['Catalogue', source ? `/catalogue?source=${encodeURIComponent(source)}` : '/catalogue']],
    state: <Badge tone={tone}>{words}</Badge>,
    lead: description,
    actions: (
      <>
        {mine && <Button href={`/integrations/${found.id}/lifecycle`}>Lifecycle</Button>}
        {connect && closed === undefined && may(c.var.access, connect.permission, source) && (
          <Button kind="main" icon="plus" href={`${connect.path}/new?${add}`}>
            Connect {title}
          </Button>
        )}
      </>
    ),
    children: (
      <>
        {closed !== undefined && !mine && <Notice tone="warn" title={closed} />}
        {review && <ReviewCard of={review} now={ctx.now()} />}
        <Card title="What it is">
          {how !== undefined && <p>{how}</p>}
          <Facts
            of={[
              ['Kind', kindName(kind)],
              [found.categories.length > 1 ? 'Categories' : 'Category', found.categories.join(', ')],
              ['Calls', <Calls of={found} />],
              ...(title === name
                ? []
                : ([['Its name in an event’s integrations', <code class="wrap">{name}</code>]] as const)),
              connectsAs === 'warehouse'
                ? ['Loaded', 'Every 5 minutes to once a day']
                : ['Pace', found.rate === null ? 'As fast as it answers' : `${found.rate} requests a second at most`],
              ['Slug', <code>{found.slug}</code>],
            ]}
          />
        </Card>
        <Gets of={found} />
        <IntegrationMaker of={found} />
        <IntegrationDocs title={title} docs={found.docs ?? ''} />
        {help.length > 0 && (
          <Card title="Before you begin">
            <Todo of={help} />
          </Card>
        )}
        <Card title="Settings" lead="What you are asked for when you connect it.">
          {fields.length === 0 ? <p>Nothing: it works as it is.</p> : <SettingsTable name={title} fields={fields} />}
        </Card>
      </>
    ),
  })
}

/** The calls that it takes. */
function Calls({ of }: { of: Integration }) {
  return (
    <span class="tags">
      {EVENT_TYPES.filter((type) => of.supports.includes(type)).map((type) => (
        <Tag>{type}</Tag>
      ))}
    </span>
  )
}

/** Which events get to a tool on devices, by what its plugin subscribes to. */
function Gets({ of: found }: { of: Integration }) {
  const subscriptions = found.device?.plugin.type === 'remote' ? (found.device.plugin.subscriptions ?? []) : []
  if (subscriptions.length === 0) return null
  return (
    <Card title="Which events it gets" lead="Its maker decides this; it cannot be changed for a destination yet.">
      {!found.supports.includes('track') && (
        <Notice tone="warn" title="It takes no track calls.">
          What people do in your pages does not get there: only {found.supports.join(' and ')} calls do.
        </Notice>
      )}
      <Table
        caption={`What ${titleOf(found)} does with which events`}
        columns={[{ title: 'What it does' }, { title: 'With these events' }]}
        rows={subscriptions.map((one) => [one.name, takenBy(one).map(takenWords).join(', ') || 'all of them'])}
      />
    </Card>
  )
}

/** `track “Order Completed”`, `track but “Signed Out”`, `identify`. */
function takenWords({ type, only, but }: Taken): string {
  const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ')
  if (only.length > 0) return `${type} ${quoted(only)}`
  return but.length > 0 ? `${type} but ${quoted(but)}` : type
}

function SettingsTable({ name, fields }: { name: string; fields: readonly SettingField[] }) {
  return (
    <Table
      caption={`Settings of ${name}`}
      columns={[{ title: 'Setting' }, { title: 'Kind', wide: true }, { title: 'What it does' }]}
      rows={fields.map((field) => [
        <>
          {field.label}
          <span class="under">{field.required ? 'required' : 'optional'}</span>
        </>,
        field.type,
        <span class="prose">{field.description || '–'}</span>,
      ])}
    />
  )
}

import { may } from '../../accounts/index.ts'
import type { Field, Integration } from '../../integrations/index.ts'
import { findIntegration, SettingsError } from '../../settings/index.ts'
import { EVENT_TYPES } from '../../spec/index.ts'
import { Badge, Tag } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Table } from '../components/table.tsx'
import type { PanelContext, PanelDeps } from '../deps.ts'
import { showPage } from '../layout/page.tsx'
import { categoryOf, kindName, kindWords, statusOf } from './categories.ts'
import { docsOf } from './docs.ts'

/** `GET /catalogue/:slug?source=` */
export async function entryPage(c: PanelContext, { db }: PanelDeps) {
  const slug = c.req.param('slug') ?? ''
  const found = await findIntegration(db, c.var.access.workspaceId, slug)
  if (!found) throw new SettingsError(404, `There is no integration ${slug} in the catalogue.`)
  const { name, description, kind, status } = found
  const source = c.req.query('source')
  const { tone, words } = statusOf(found)
  const how = kindWords(kind)
  const docs = docsOf(found)
  const gone = status === 'UNAVAILABLE' || status === 'DEPRECATED'
  const add = new URLSearchParams({ integration: found.slug, ...(source && { source }) }).toString()
  return showPage(c, {
    title: name,
    current: 'catalogue',
    crumbs: [['Catalogue', source ? `/catalogue?source=${encodeURIComponent(source)}` : '/catalogue']],
    state: <Badge tone={tone}>{words}</Badge>,
    lead: description,
    actions: !gone && may(c.var.access, 'destinations:write', source) && (
      <Button kind="main" icon="plus" href={`/destinations/new?${add}`}>
        Connect {name}
      </Button>
    ),
    children: (
      <>
        <Card title="What it is">
          {how !== undefined && <p>{how}</p>}
          <Facts
            of={[
              ['Kind', kindName(kind)],
              ['Category', categoryOf(found)],
              ['Calls', <Calls of={found} />],
              ['Pace', found.rate === null ? 'As fast as it answers' : `${found.rate} requests a second at most`],
              ['Slug', <code>{found.slug}</code>],
              ...(docs ? ([['Documentation', <a href={docs}>{docs.replace(/^https?:\/\//, '')}</a>]] as const) : []),
            ]}
          />
        </Card>
        <Card title="Settings" lead="What you are asked for when you connect it.">
          {found.fields.length === 0 ? (
            <p>Nothing: it works as it is.</p>
          ) : (
            <SettingsTable name={name} fields={found.fields} />
          )}
        </Card>
      </>
    ),
  })
}

/** All the calls of the Spec, those that are supported marked as such. */
function Calls({ of }: { of: Integration }) {
  return (
    <span class="tags">
      {EVENT_TYPES.filter((type) => of.supports.includes(type)).map((type) => (
        <Tag>{type}</Tag>
      ))}
    </span>
  )
}

function SettingsTable({ name, fields }: { name: string; fields: readonly Field[] }) {
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

import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { operationsOf } from '../curl.ts'

/** A group's place in an address: `catalogue-and-integrations`. */
export const groupSlug = (name: string) => name.toLowerCase().replaceAll(/\W+/g, '-')

/** `GET /reference`: what there is, group by group. */
export async function groupsPage(c: PanelContext, { reference }: ControlDeps) {
  const document = await reference()
  const { origin } = new URL(c.req.url)
  const operations = operationsOf(document)
  const [first = '', ...rules] = document.info.description.replaceAll('`', '').split('\n\n')
  return showPage(c, {
    title: 'API reference',
    current: 'reference',
    lead: first,
    actions: (
      <Button icon="code" href="/api/openapi.json">
        OpenAPI document
      </Button>
    ),
    children: (
      <>
        <Card title="In general">
          {rules.map((rule) => (
            <p>{rule}</p>
          ))}
          <p>
            Owners make tokens at <a href="/tokens">API tokens</a>. This one says whose it is:
          </p>
          <CodeBlock
            label="With a token"
            code={`curl ${origin}/api -H 'Authorization: Bearer <token>'`}
            language="sh"
          />
        </Card>
        {document.tags.map(({ name, description }) => (
          <Card title={name} lead={description} id={groupSlug(name)}>
            <Table
              caption={name}
              columns={[{ title: 'Operation' }, { title: 'What it does' }]}
              rows={operations
                .filter(({ operation }) => operation.tags[0] === name)
                .map(({ method, path, operation }) => [
                  <a href={`/reference/${groupSlug(name)}#${operation.operationId}`}>
                    <code>
                      {method} {path}
                    </code>
                  </a>,
                  <span class="prose">{operation.summary}</span>,
                ])}
            />
          </Card>
        ))}
      </>
    ),
  })
}

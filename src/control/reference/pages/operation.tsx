import type { Child } from 'hono/jsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { OpenApi, OpenApiOperation, OpenApiParameter, OpenApiResponse, Reference } from '../../open-api.ts'
import { curlOf } from '../curl.ts'
import { type BodyField, fieldsOf, typeOf } from '../fields.ts'

interface Props {
  of: { method: string; path: string; operation: OpenApiOperation }
  document: OpenApi
  origin: string
}

/** One operation: what it asks for, takes and answers, and a call to copy. */
export function OperationCard({ of: { method, path, operation }, document, origin }: Props) {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const name = `${method} ${path}`
  const body = requestBody?.content['application/json']
  const fields = body ? fieldsOf(body.schema) : []
  const named = parameters.map((one) => ('name' in one ? one : document.components.parameters[lastOf(one.$ref)]))
  const taken = named.filter((one) => one !== undefined)
  const answer = answerOf(responses)
  return (
    <Card title={name} id={operationId} lead={[summary, description].filter(Boolean).join(' ')}>
      <Facts of={factsOf(operation)} />
      {taken.length > 0 && <FieldTable caption={`Parameters of ${name}`} title="Parameter" rows={taken.map(rowOf)} />}
      {fields.length > 0 && (
        <FieldTable
          caption={`Body of ${name}`}
          title={requestBody?.required ? 'Field of the body' : 'Field of the body, which may be left out'}
          rows={fields}
        />
      )}
      <CodeBlock label={`Call of ${operationId}`} code={curlOf(origin, method, path, operation)} language="sh" />
      {answer !== undefined && (
        <details class="more">
          <summary>An answer</summary>
          <CodeBlock label={`Answer of ${operationId}`} code={JSON.stringify(answer, null, 2)} language="json" />
        </details>
      )}
      <details class="more">
        <summary>Statuses: {Object.keys(responses).join(', ')}</summary>
        <Table
          caption={`Statuses of ${name}`}
          columns={[{ title: 'Status' }, { title: 'When' }]}
          rows={Object.entries(responses).map(([status, response]) => [
            status,
            <span class="prose">{wordsOf(response, document)}</span>,
          ])}
        />
      </details>
    </Card>
  )
}

function wordsOf(response: OpenApiResponse | Reference, { components }: OpenApi): string | undefined {
  return '$ref' in response ? components.responses[lastOf(response.$ref)]?.description : response.description
}

function factsOf({ security, 'x-audit-event': event }: OpenApiOperation): [string, Child][] {
  const [scheme, [permission] = []] = Object.entries(security[0] ?? {})[0] ?? []
  const needs = scheme === 'token' ? <code>{permission}</code> : scheme === 'writeKey' ? 'A write key' : 'Nothing'
  return [
    [scheme === 'token' ? 'Permission' : 'Asks for', needs],
    ...(event === undefined ? [] : [['In the audit trail', event] as [string, Child]]),
  ]
}

function FieldTable({ caption, title, rows }: { caption: string; title: string; rows: readonly BodyField[] }) {
  return (
    <Table
      caption={caption}
      columns={[{ title }, { title: 'What it is' }]}
      rows={rows.map(({ path, type, required, words }) => [
        <>
          <code class="wrap">{path}</code>
          <span class="under">{required ? 'required' : 'optional'}</span>
        </>,
        <span class="prose">
          {type}
          {words !== '' && <span class="under">{words}</span>}
        </span>,
      ])}
    />
  )
}

function rowOf({ name, required, description = '', schema }: OpenApiParameter): BodyField {
  return { path: name, type: typeOf(schema), required, words: description }
}

/** The example of the answer that is no refusal. */
function answerOf(responses: OpenApiOperation['responses']): unknown {
  const good = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]
  return good && 'content' in good ? good.content?.['application/json']?.example : undefined
}

const lastOf = (ref: string) => ref.split('/').at(-1) ?? ''

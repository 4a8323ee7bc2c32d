import { auditSubject, callerOf } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Checkbox, Field } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { integrationOfRow } from '../../../settings/index.ts'
import { describeOwnIntegration } from '../../catalogue/index.ts'
import { integrationHead } from '../../portal/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { scopeOfSlug } from '../authorization.ts'
import { changeClientSecret, createClient, deleteClient, updateClient } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { type Client, getClient, listClients } from '../queries.ts'

/** A secret that is shown this once. */
interface Fresh {
  name: string
  secret: string
}

/** `GET /integrations/:id/clients`: what may ask customers in the partner's name. Two queries. */
export async function showClients(c: PanelContext, { db }: ControlDeps, form = Form.blank, fresh?: Fresh) {
  const { access } = c.var
  const id = c.req.param('id') ?? ''
  const [{ row }, clients] = await Promise.all([
    describeOwnIntegration(db, access.workspaceId, id),
    listClients(db, id),
  ])
  const integration = integrationOfRow(row)
  const { origin } = callerOf(c)
  const children = (
    <>
      {fresh && <SecretMade of={fresh} />}
      <Card
        title="Clients"
        lead="A client is your site, as it asks customers to enable your integration. It is OAuth 2.1: authorization code, with PKCE."
      >
        <Facts
          of={[
            ['Scope', <code>{scopeOfSlug(integration.slug)}</code>],
            ['Metadata', <code class="wrap">{`${origin}/.well-known/oauth-authorization-server`}</code>],
            ['How it works', <a href="/docs/enable">Enable</a>],
          ]}
        />
        {clients.length > 0 && (
          <Table
            caption="Clients"
            columns={[{ title: 'Name' }, { title: 'client_id' }, { title: 'Secret', wide: true }]}
            rows={clients.map((one) => [
              <a href={`/integrations/${id}/clients/${one.id}`}>{one.name}</a>,
              <code class="wrap">{one.id}</code>,
              one.confidential ? 'It has one' : 'Public: it has none',
            ])}
          />
        )}
      </Card>
      <form method="post" action={`/integrations/${id}/clients`} class="card form">
        <h2>Make a client</h2>
        <ClientFields form={form} />
        <Checkbox
          id="confidential"
          name="confidential"
          label="It has a secret"
          help="Your server keeps it. Leave it out for what runs at customers’, where everybody could read it."
          checked={!form.sent || form.has('confidential')}
        />
        <div class="actions">
          <Button kind="main">Make the client</Button>
        </div>
      </form>
    </>
  )
  return showPage(c, { ...integrationHead(integration, 'clients', access), children }, form.wrong ? 422 : 200)
}

function SecretMade({ of: { name, secret } }: { of: Fresh }) {
  return (
    <Notice tone="good" title={`The secret of ${name}`}>
      <p>Copy it now: only its hash is kept, so it is shown this once.</p>
      <CodeBlock label="client_secret" code={secret} />
    </Notice>
  )
}

function ClientFields({ form, saved }: { form: Form; saved?: Client }) {
  const wrong = form.problems.filter(({ field }) => field?.startsWith('redirectUris')).map(({ message }) => message)
  const error = wrong.length === 0 ? undefined : [...new Set(wrong)].join(' ')
  return (
    <>
      <FormProblem form={form} />
      <TextField
        name="name"
        label="Name"
        help="Customers read it when they are asked."
        autocomplete="off"
        value={saved?.name ?? ''}
        form={form}
      />
      <Field
        id="redirectUris"
        label="Redirect addresses"
        help="One a line. Browsers are led back to these alone, letter by letter."
        error={error}
      >
        <textarea
          id="redirectUris"
          name="redirectUris"
          class="mono"
          rows={3}
          required
          spellcheck={false}
          aria-invalid={error === undefined ? undefined : 'true'}
          aria-describedby={error === undefined ? 'redirectUris-help' : 'redirectUris-help redirectUris-error'}
        >
          {form.value('redirectUris', saved?.redirectUris.join('\n') ?? '')}
        </textarea>
      </Field>
      <TextField
        name="startUrl"
        label="Where a customer begins"
        help="A page of yours that sends the customer’s browser here. Your public page’s button “Enable” leads to it."
        autocomplete="off"
        optional
        value={saved?.startUrl ?? ''}
        form={form}
      />
    </>
  )
}

function clientIn(form: Form) {
  const lines = form.get('redirectUris').split(/\s+/).filter(Boolean)
  return { name: form.get('name'), redirectUris: lines, startUrl: form.get('startUrl') || null }
}

export async function postCreateClient(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const body = { ...clientIn(form), confidential: form.has('confidential') }
  const made = await attempt(() => createClient(deps, c.var.access.workspaceId, c.req.param('id') ?? '', body))
  if (!made.ok) return showClients(c, deps, form.refused(...made.problems))
  const { id, name, secret } = made.value
  auditSubject(c, 'client', id)
  return showClients(c, deps, Form.blank, secret === undefined ? undefined : { name, secret })
}

/** `GET /integrations/:id/clients/:clientId`. Two queries. */
export async function showClient(c: PanelContext, { db }: ControlDeps, form = Form.blank, fresh?: Fresh) {
  const { access } = c.var
  const id = c.req.param('id') ?? ''
  const [{ row }, client] = await Promise.all([
    describeOwnIntegration(db, access.workspaceId, id),
    getClient(db, id, c.req.param('clientId') ?? ''),
  ])
  const at = `/integrations/${id}/clients/${client.id}`
  const children = (
    <>
      {fresh && <SecretMade of={fresh} />}
      <form method="post" action={at} class="card form">
        <h2>{client.name}</h2>
        <p>
          client_id: <code class="wrap">{client.id}</code>
        </p>
        <ClientFields form={form} saved={client} />
        <div class="actions">
          <Button kind="main">Save</Button>
        </div>
      </form>
      {client.confidential && (
        <Card title="A new secret" lead="The old one is none from that moment on. What customers have allowed stays.">
          <form method="post" action={`${at}/secret`} class="actions">
            <Button>Make a new secret</Button>
          </form>
        </Card>
      )}
      <Card title="Delete" lead="All that customers have allowed it ends. Their destinations stay as they are.">
        <form method="post" action={`${at}/delete`} class="actions">
          <Button kind="danger">Delete the client</Button>
        </form>
      </Card>
    </>
  )
  const head = integrationHead(integrationOfRow(row), 'clients', access)
  return showPage(c, { ...head, children }, form.wrong ? 422 : 200)
}

export async function postUpdateClient(c: PanelContext, deps: ControlDeps) {
  const [id, clientId] = [c.req.param('id') ?? '', c.req.param('clientId') ?? '']
  const form = await Form.read(c)
  const saved = await attempt(() => updateClient(deps, c.var.access.workspaceId, id, clientId, clientIn(form)))
  if (!saved.ok) return showClient(c, deps, form.refused(...saved.problems))
  return c.redirect(withFlash(`/integrations/${id}/clients/${clientId}`, 'client-saved'), 303)
}

export async function postChangeClientSecret(c: PanelContext, deps: ControlDeps) {
  const [id, clientId] = [c.req.param('id') ?? '', c.req.param('clientId') ?? '']
  const secret = await changeClientSecret(deps, c.var.access.workspaceId, id, clientId)
  const { name } = await getClient(deps.db, id, clientId)
  return showClient(c, deps, Form.blank, { name, secret })
}

export async function postDeleteClient(c: PanelContext, deps: ControlDeps) {
  const [id, clientId] = [c.req.param('id') ?? '', c.req.param('clientId') ?? '']
  await deleteClient(deps, c.var.access.workspaceId, id, clientId)
  return c.redirect(withFlash(`/integrations/${id}/clients`, 'client-deleted'), 303)
}

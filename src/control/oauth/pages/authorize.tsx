import { auditSubject, callerOf, may, pagePolicy } from '../../../accounts/index.ts'
import { endpointIn, fits, titleOf } from '../../../integrations/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Field, Input, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { type CatalogueEntry, closedWords } from '../../catalogue/index.ts'
import type { ControlDeps } from '../../request.ts'
import {
  type AuthorizationAnswer,
  type AuthorizationRequest,
  readAuthorization,
  redirectWith,
} from '../authorization.ts'
import { allowDestination, allowNewDestination } from '../commands.ts'
import { type ConsentSource, listConsentSources, MOST_OFFERED } from '../queries.ts'

/** `GET /oauth/authorize`: who asks a customer for what. Two queries. */
export async function showAuthorize(c: PanelContext, deps: ControlDeps) {
  const { search } = new URL(c.req.url)
  const params = new URLSearchParams(search)
  // Ours, and no part of what the client has asked.
  const find = params.get('find') ?? ''
  params.delete('find')
  const read = await readAuthorization(deps.db, params, asking(c))
  if (!('request' in read)) return turnedAway(c, read)
  return showConsent(c, deps, { asked: params.toString(), request: read.request, find, form: Form.blank })
}

/** `POST /oauth/authorize`: a source is connected, and the client is allowed to manage that destination. */
export async function postAllowNew(c: PanelContext, deps: ControlDeps) {
  return decide(c, deps, (request, form) => allowNewDestination(deps, allowing(c), request, form.get('sourceId')))
}

/** `POST /oauth/authorize/existing`: the client is allowed to manage a destination that there is already. */
export async function postAllowDestination(c: PanelContext, deps: ControlDeps) {
  return decide(c, deps, (request, form) => allowDestination(deps, allowing(c), request, form.get('destinationId')))
}

type Allowed = Awaited<ReturnType<typeof allowDestination>>

async function decide(
  c: PanelContext,
  deps: ControlDeps,
  act: (request: AuthorizationRequest, form: Form) => Promise<Allowed>,
) {
  const form = await Form.read(c)
  const asked = form.exact('request')
  const read = await readAuthorization(deps.db, new URLSearchParams(asked), asking(c))
  if (!('request' in read)) return turnedAway(c, read)
  const { request } = read
  const done = await attempt(() => act(request, form))
  if (!done.ok) return showConsent(c, deps, { asked, request, find: '', form: form.refused(...done.problems) })
  auditSubject(c, 'destination', done.value.destination.id)
  return c.redirect(done.value.redirect, 303)
}

const asking = (c: PanelContext) => ({ workspaceId: c.var.access.workspaceId, issuer: callerOf(c).origin })
const allowing = (c: PanelContext) => ({ access: c.var.access, issuer: callerOf(c).origin })

/** To a person where it is not sure who has asked, else to the client. */
function turnedAway(c: PanelContext, read: Exclude<AuthorizationAnswer, { request: AuthorizationRequest }>) {
  if ('redirect' in read) return c.redirect(read.redirect, 303)
  const children = (
    <Notice tone="bad" title="Nothing was allowed">
      <p>{read.refused}</p>
      <p>Go back to the site that sent you here, and tell those who run it.</p>
    </Notice>
  )
  return showPage(c, { title: 'This request is not right', current: 'catalogue', children }, 400)
}

interface Consent {
  /** What was asked, as a query. */
  asked: string
  request: AuthorizationRequest
  find: string
  form: Form
}

async function showConsent(c: PanelContext, { db }: ControlDeps, consent: Consent) {
  const { asked, request, find, form } = consent
  const { client, redirectUri, state } = request
  const { workspaceId } = c.var.access
  const { entry } = client
  const listed = await listConsentSources(db, workspaceId, entry.id, find)
  const { origin, host } = new URL(redirectUri)
  c.header('Content-Security-Policy', pagePolicy(origin))
  const iss = callerOf(c).origin
  const denied = redirectWith(redirectUri, { error: 'access_denied', state, iss })
  const closed = closedWords(entry)
  const mine = listed.slice(0, MOST_OFFERED).filter(({ id }) => may(c.var.access, 'destinations:write', id))
  const children = (
    <>
      <FormProblem form={form} />
      <Asked of={entry} consent={consent} host={host} />
      <Workspace c={c} asked={asked} />
      {closed !== undefined ? (
        <Notice tone="bad" title={closed} />
      ) : mine.length === 0 && find === '' ? (
        <Notice tone="warn" title="There is no source here that you may connect">
          <p>Owners, members and source admins may. Make a source first, or ask one of them.</p>
        </Notice>
      ) : (
        <Choice consent={consent} sources={mine} />
      )}
      {listed.length > MOST_OFFERED || find !== '' ? <FindSource asked={asked} find={find} /> : null}
      <div class="actions">
        <Button href={denied}>Do not allow it</Button>
      </div>
    </>
  )
  const title = `${client.name} asks to be enabled`
  return showPage(c, { title, current: 'catalogue', children }, form.wrong ? 422 : 200)
}

function Asked({ of, consent: { request }, host }: { of: CatalogueEntry; consent: Consent; host: string }) {
  const { client } = request
  const endpoint = endpointIn(of, null)
  return (
    <Card title="Who asks for what" lead="You can take it back at any time, on the page of the destination.">
      <Facts
        of={[
          ['Who', client.company ?? 'A workspace that is no partner of ours'],
          ['Leads you back to', <code class="wrap">{host}</code>],
          ['Integration', <a href={`/catalogue/${encodeURIComponent(of.slug)}`}>{titleOf(of)}</a>],
          ['Gets', `${of.supports.join(', ')} events of the source that you choose`],
          ...(endpoint === undefined ? [] : [['Sent to', <code class="wrap">{new URL(endpoint).host}</code>] as const]),
          ['May', 'enable and disable this one destination, and fill in its settings'],
          ['May not', 'see events or secrets here, or anything else of your workspace'],
        ]}
      />
    </Card>
  )
}

/** In which workspace it happens; whoever belongs to several can change it first. */
function Workspace({ c, asked }: { c: PanelContext; asked: string }) {
  const { access, person } = c.var
  const all = person?.workspaces ?? []
  const here = all.find(({ id }) => id === access.workspaceId)
  if (all.length < 2) return null
  return (
    <form method="post" action="/workspace/switch" class="card form">
      <h2>Your workspace</h2>
      <input type="hidden" name="next" value={`/oauth/authorize?${asked}`} />
      <Field id="workspace" label="It happens in" help={here ? `You are in ${here.name}.` : undefined}>
        <Select
          id="workspace"
          name="workspace"
          value={access.workspaceId}
          options={all.map(({ id, name }) => [id, name] as const)}
        />
      </Field>
      <div class="actions">
        <Button>Change</Button>
      </div>
    </form>
  )
}

function Choice({
  consent: { asked, form, request },
  sources,
}: {
  consent: Consent
  sources: readonly ConsentSource[]
}) {
  const { entry } = request.client
  const connected = sources.flatMap(({ name, connected: one }) => (one ? [{ ...one, source: name }] : []))
  const free = sources.filter((one) => one.connected === null && fits(entry, one.kind))
  return (
    <>
      {connected.length > 0 && (
        <form method="post" action="/oauth/authorize/existing" class="card form">
          <h2>You have connected it already</h2>
          <input type="hidden" name="request" value={asked} />
          <Field id="destinationId" label="Destination">
            <Select
              id="destinationId"
              name="destinationId"
              value={form.value('destinationId', connected[0]?.id)}
              options={connected.map(({ id, name, source }) => [id, `${name}, of ${source}`] as const)}
            />
          </Field>
          <div class="actions">
            <Button kind={free.length === 0 ? 'main' : 'plain'}>Allow {request.client.name} to manage it</Button>
          </div>
        </form>
      )}
      {free.length > 0 && (
        <form method="post" action="/oauth/authorize" class="card form">
          <h2>Connect a source</h2>
          <input type="hidden" name="request" value={asked} />
          <Field id="sourceId" label="Source" error={form.problem('sourceId')}>
            <Select
              id="sourceId"
              name="sourceId"
              value={form.value('sourceId', free[0]?.id)}
              options={free.map(({ id, name }) => [id, name] as const)}
              error={form.problem('sourceId')}
            />
          </Field>
          <div class="actions">
            <Button kind="main">Allow {request.client.name}</Button>
          </div>
        </form>
      )}
    </>
  )
}

function FindSource({ asked, find }: { asked: string; find: string }) {
  return (
    <form method="get" action="/oauth/authorize" class="card form">
      {[...new URLSearchParams(asked)].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Field id="find" label="Find another source" help={`${MOST_OFFERED} are offered at a time, by name.`}>
        <Input id="find" name="find" type="search" value={find} />
      </Field>
      <div class="actions">
        <Button>Find</Button>
      </div>
    </form>
  )
}

import {
  type ApiToken,
  getToken,
  listTokens,
  auditSubject,
  may,
  PERMISSIONS,
  type Permission,
  type TokenScope,
} from '../../../accounts/index.ts'
import { createToken, revokeToken } from '../commands.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Checkbox, Field, FieldGroup, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { pageAt, PAGE, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, isName, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { withFlash } from '../flash.ts'
import { TextField, FormProblem } from '../../../ui/form.tsx'
import { permissionWords, scopeWords } from './words.ts'

const SCOPES = [
  ['read-only', 'Reading only'],
  ['listed', 'What is ticked below'],
  ['full', 'Everything'],
] as const

export async function showTokens(
  c: PanelContext,
  deps: ControlDeps,
  form = Form.blank,
  fresh?: { name: string; token: string },
) {
  const { access } = c.var
  const page = await listTokens(deps.db, access.workspaceId, pageAt(c.req.query('page')))
  const { lines: tokens, total } = page
  const now = deps.ctx.now()
  const children = (
    <>
      {fresh && (
        <Notice tone="good" title={`The token “${fresh.name}” is made`}>
          <p>Copy it now: only its hash is kept, so it is shown this once.</p>
          <CodeBlock label="Token" code={fresh.token} />
        </Notice>
      )}
      {total === 0 ? (
        <Empty icon="key" title="There are no tokens yet">
          A token lets a program use the API. Make one below.
        </Empty>
      ) : (
        <Card title="Tokens">
          <Table
            caption="API tokens"
            columns={[
              { title: 'Name' },
              { title: 'May do' },
              { title: 'Made', wide: true },
              { title: 'By', wide: true },
              { title: 'Last used', wide: true },
              { title: 'Actions', unseen: true },
            ]}
            rows={tokens.map((token) => row(token, now, may(access, 'tokens:write')))}
          />
          {total > PAGE && <Pager path="/tokens" query={{}} page={page} what="token" />}
        </Card>
      )}
      {may(access, 'tokens:write') && <TokenForm form={form} />}
    </>
  )
  const lead = (
    <>
      What programs use the <a href="/reference">API</a> with: Authorization: Bearer &lt;token&gt;. One works as long as
      who made it may do the same.
    </>
  )
  return showPage(c, { title: 'API tokens', lead, current: 'tokens', children }, form.wrong ? 422 : 200)
}

function row({ id, name, scope, madeBy, ended, createdAt, lastUsedAt }: ApiToken, now: number, writes: boolean) {
  return [
    <>
      {name} {ended && <Badge tone="off">Ended</Badge>}
    </>,
    scopeWords(scope),
    <Ago at={createdAt} now={now} />,
    madeBy ?? 'The deployment',
    lastUsedAt === null ? 'Never' : <Ago at={lastUsedAt} now={now} />,
    writes ? (
      <Button small href={`/tokens/${id}/revoke`} label={`Revoke ${name}`}>
        Revoke
      </Button>
    ) : null,
  ]
}

function TokenForm({ form }: { form: Form }) {
  return (
    <Card title="Make a token">
      <form method="post" action="/tokens">
        <FormProblem form={form} />
        <TextField
          name="name"
          label="Name"
          help="What uses it, so that you know it again."
          autocomplete="off"
          form={form}
        />
        <Field id="scope" label="May do" error={form.problem('scope')}>
          <Select
            id="scope"
            name="scope"
            value={form.value('scope', 'read-only')}
            options={SCOPES}
            error={form.problem('scope')}
          />
        </Field>
        <FieldGroup id="permissions" label="Permissions" help="Only when “What is ticked below” is chosen.">
          <div class="checks">
            {PERMISSIONS.map((permission) => (
              <Checkbox
                id={permission}
                name={permission}
                label={permissionWords(permission)}
                checked={form.has(permission)}
              />
            ))}
          </div>
        </FieldGroup>
        <div class="actions">
          <Button kind="main">Make the token</Button>
        </div>
      </form>
    </Card>
  )
}

export async function postCreateToken(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const body = { name: form.get('name'), scope: scopeOf(form) }
  const done = await attempt(() => createToken(deps, c.var.access, body))
  if (!done.ok) return showTokens(c, deps, form.refused(...done.problems))
  auditSubject(c, 'token', done.value.id)
  return showTokens(c, deps, Form.blank, done.value)
}

export async function showRevokeToken(c: PanelContext, { db }: ControlDeps, error?: string) {
  const { id, name } = await getToken(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const costs = [
    'What uses this token is refused from this moment on.',
    'A token cannot be brought back. Make a new one first, and move over what uses it.',
  ]
  const action = `/tokens/${id}/revoke`
  const children = <ConfirmByName action={action} back="/tokens" deed="Revoke this token" {...{ name, costs, error }} />
  const crumbs = [['API tokens', '/tokens']] as const
  return showPage(c, { title: `Revoke ${name}`, current: 'tokens', crumbs, children }, error === undefined ? 200 : 422)
}

export async function postRevokeToken(c: PanelContext, deps: ControlDeps) {
  const { id, name } = await getToken(deps.db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const form = await Form.read(c)
  if (!isName(form.get('confirm'), name)) return showRevokeToken(c, deps, 'This is not the name of the token.')
  await revokeToken(deps, c.var.access.workspaceId, id)
  return c.redirect(withFlash('/tokens', 'token-revoked'), 303)
}

function scopeOf(form: Form): TokenScope {
  const chosen = form.get('scope')
  if (chosen === 'full' || chosen === 'read-only') return chosen
  return PERMISSIONS.filter((permission): permission is Permission => form.has(permission))
}

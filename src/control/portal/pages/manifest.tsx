import { auditSubject } from '../../../accounts/index.ts'
import { problem, type Result, wrong } from '../../../refusal.ts'
import { integrationOfRow } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { FieldError } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { describeOwnIntegration, importManifest, manifestOf } from '../../catalogue/index.ts'
import type { ControlDeps } from '../../request.ts'
import { savedAs, withFlash } from '../flash.ts'
import { Area } from './area.tsx'
import { integrationHead } from './head.tsx'

/** `GET /integrations/:id/manifest`: the integration as a file for its maker's own repository. */
export async function showManifest(c: PanelContext, { db }: ControlDeps) {
  const own = await describeOwnIntegration(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  return showPage(c, {
    ...integrationHead(integrationOfRow(own.row), 'manifest', c.var.access),
    children: (
      <Card
        title="Manifest"
        lead={`All of ${own.draft ? `version ${own.draft.number}, a draft,` : 'it'} as JSON, for a repository of yours. Imported again, it changes nothing.`}
        actions={<Button href="/integrations/manifest">Import a manifest</Button>}
      >
        <CodeBlock code={JSON.stringify(manifestOf(own), null, 2)} language="json" label="The manifest" />
        <p>
          <a href="/docs/partners#the-manifest">What stands in it</a> ·{' '}
          <a href="/docs/certification">How it is certified</a>
        </p>
      </Card>
    ),
  })
}

/** `GET /integrations/manifest` */
export function showImport(c: PanelContext, form = Form.blank) {
  const others = form.problems.filter(({ field }) => field !== 'manifest')
  return showPage(
    c,
    {
      title: 'Import a manifest',
      current: 'integrations',
      crumbs: [['Your integrations', '/integrations']],
      lead: 'Makes the integration that it describes, or makes yours of that slug what it says.',
      children: (
        <form method="post" action="/integrations/manifest" class="stack form">
          <Card>
            {others.map(({ field, message }) => (
              <FieldError id="manifest-place" error={field === undefined ? message : `${field}: ${message}`} />
            ))}
            <Area name="manifest" label="Manifest" rows={16} value={form.exact('manifest')} form={form} mono />
            <div class="actions">
              <Button kind="main">Import</Button>
              <Button kind="quiet" href="/integrations">
                Cancel
              </Button>
            </div>
          </Card>
        </form>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /integrations/manifest` */
export async function postImport(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const parsed = parsedManifest(form.exact('manifest'))
  if (!parsed.ok) return showImport(c, form.refused(...parsed.problems))
  const done = await attempt(() => importManifest(deps, c.var.access.workspaceId, parsed.value))
  if (!done.ok) return showImport(c, form.refused(...done.problems))
  const { integration, removed, draft } = done.value
  auditSubject(c, 'integration', integration.id)
  const said = removed.length > 0 || draft !== null ? savedAs(done.value) : 'manifest-imported'
  return c.redirect(withFlash(`/integrations/${integration.id}`, said), 303)
}

function parsedManifest(text: string): Result<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text.trim() === ''
      ? wrong('Paste a manifest.', 'manifest')
      : { ok: false, problems: [problem(`It is no JSON: ${error.message}`, 'manifest')] }
  }
}

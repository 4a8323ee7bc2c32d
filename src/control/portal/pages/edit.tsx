import { skipAudit } from '../../../accounts/index.ts'
import { API_KEY } from '../../../integrations/index.ts'
import { integrationOfRow } from '../../../settings/index.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { describeOwnIntegration, type OwnIntegration, updateIntegration } from '../../catalogue/index.ts'
import type { ControlDeps } from '../../request.ts'
import { savedAs, withFlash } from '../flash.ts'
import { formFieldOf, inputOfForm } from '../input-of-form.ts'
import { integrationHead } from './head.tsx'
import { DraftNotice } from './draft-notice.tsx'
import { editedIntegration, IntegrationForm, isEditing, type SavedIntegration } from './integration-form.tsx'

/** `GET /integrations/:id` */
export async function showEditIntegration(c: PanelContext, deps: ControlDeps) {
  return renderEdit(c, await ownOf(c, deps), Form.blank)
}

/** `POST /integrations/:id` */
export async function postUpdateIntegration(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const own = await ownOf(c, deps)
  const { id, kind } = own.row
  if (isEditing(form)) {
    skipAudit(c)
    return renderEdit(c, own, form)
  }
  const input = inputOfForm(form, kind, editedIntegration(savedOf(own), form))
  const saved = await attempt(() => updateIntegration(deps, c.var.access.workspaceId, id, input))
  if (!saved.ok) {
    const problems = saved.problems.map((one) => ({
      ...one,
      ...(one.field && { field: formFieldOf(one.field, input) }),
    }))
    return renderEdit(c, own, form.refused(...problems))
  }
  return c.redirect(withFlash(`/integrations/${id}`, savedAs(saved.value)), 303)
}

function ownOf(c: PanelContext, { db }: ControlDeps): Promise<OwnIntegration> {
  return describeOwnIntegration(db, c.var.access.workspaceId, c.req.param('id') ?? '')
}

/** Without the API key, which comes by itself. */
function savedOf({ row, docs }: OwnIntegration): SavedIntegration {
  return {
    ...row,
    docs,
    categories: row.categories ?? [],
    endpoint: row.endpoint ?? '',
    regions: row.regions ?? [],
    fields: row.fields.filter(({ name }) => name !== API_KEY.name),
    ...(row.device ? { device: row.device } : { device: undefined }),
    warehouse: row.warehouse ?? undefined,
    bi: row.bi ?? undefined,
  }
}

function renderEdit(c: PanelContext, own: OwnIntegration, form: Form) {
  const { id, kind } = own.row
  return showPage(
    c,
    {
      ...integrationHead(integrationOfRow(own.row), 'content', c.var.access),
      children: (
        <>
          <DraftNotice of={own} />
          <IntegrationForm action={`/integrations/${id}`} kind={kind} saved={savedOf(own)} form={form} />
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

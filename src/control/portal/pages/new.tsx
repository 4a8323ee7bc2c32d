import { auditSubject, skipAudit } from '../../../accounts/index.ts'
import { CONNECTORS, type Kind } from '../../../integrations/index.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { createIntegration } from '../../catalogue/index.ts'
import { kindName, kindWords } from '../../catalogue/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { withFlash } from '../flash.ts'
import { formFieldOf, inputOfForm } from '../input-of-form.ts'
import { editedIntegration, IntegrationForm, isEditing } from './integration-form.tsx'

/** What somebody can build, the commonest first. */
const BUILT = ['direct', 'packaged', 'warehouse', 'bi'] as const satisfies readonly Kind[]

/** `GET /integrations/new?kind=`: which kind, or its form. */
export function showNewIntegration(c: PanelContext) {
  const kind = BUILT.find((one) => one === c.req.query('kind'))
  return kind === undefined ? pickKind(c) : renderNew(c, kind, Form.blank)
}

/** `POST /integrations` */
export async function postCreateIntegration(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const kind = BUILT.find((one) => one === form.get('kind')) ?? 'direct'
  if (isEditing(form)) {
    skipAudit(c)
    return renderNew(c, kind, form)
  }
  const input = { ...inputOfForm(form, kind, editedIntegration(BLANK, form)), slug: form.get('slug'), kind }
  const made = await attempt(() => createIntegration(deps, c.var.access.workspaceId, input))
  if (!made.ok) {
    const problems = made.problems.map((one) => ({
      ...one,
      ...(one.field && { field: formFieldOf(one.field, input) }),
    }))
    return renderNew(c, kind, form.refused(...problems))
  }
  const { integration, removed } = made.value
  auditSubject(c, 'integration', integration.id)
  const said = removed.length > 0 ? 'integration-saved-less' : 'integration-created'
  return c.redirect(withFlash(`/integrations/${integration.id}`, said), 303)
}

/** What a form of a new one begins with. */
const BLANK = {
  name: '',
  description: '',
  categories: [],
  site: '',
  support: '',
  docs: '',
  endpoint: '',
  regions: [],
  fields: [],
  supports: EVENT_TYPES,
  rate: null,
  maxInFlight: null,
  batch: null,
  warehouse: { connector: CONNECTORS[0], settings: [], help: [] },
}

function renderNew(c: PanelContext, kind: (typeof BUILT)[number], form: Form) {
  return showPage(
    c,
    {
      title: `Build: ${kindName(kind)}`,
      current: 'integrations',
      crumbs: [
        ['Your integrations', '/integrations'],
        ['Build', '/integrations/new'],
      ],
      lead: kindWords(kind),
      children: <IntegrationForm action="/integrations" kind={kind} saved={BLANK} form={form} isNew />,
    },
    form.wrong ? 422 : 200,
  )
}

function pickKind(c: PanelContext) {
  return showPage(c, {
    title: 'Build an integration',
    current: 'integrations',
    crumbs: [['Your integrations', '/integrations']],
    lead: 'Which kind is it? Two questions at the front door say it, too.',
    children: (
      <>
        <ul class="cards">
          {BUILT.map((kind) => (
            <li>
              <article class="card entry">
                <div>
                  <h2>
                    <a class="stretched" href={`/integrations/new?kind=${kind}`}>
                      {kindName(kind)}
                    </a>
                  </h2>
                  <p class="entry-text">{WHAT[kind]}</p>
                </div>
              </article>
            </li>
          ))}
        </ul>
        <p>
          <a href="/partners/kinds">Which kind is ours?</a> · <a href="/docs/direct">Direct</a> ·{' '}
          <a href="/docs/packaged">Packaged</a> · <a href="/docs/warehouse">Warehouses</a>
        </p>
      </>
    ),
  })
}

const WHAT: Record<(typeof BUILT)[number], string> = {
  direct: 'An HTTPS endpoint of yours gets each event as it happens, with the customer’s key.',
  packaged: 'A library of yours runs in pages and apps. It may have an endpoint as well.',
  warehouse: 'A database of yours that one of our connectors loads.',
  bi: 'A tool that reads a warehouse: steps that say how it is connected.',
}

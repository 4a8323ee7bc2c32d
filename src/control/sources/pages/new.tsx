import { auditSubject } from '../../../accounts/index.ts'
import { createSource } from '../commands.ts'
import { SOURCE_KINDS } from '../../../integrations/index.ts'
import { randomId } from '../../../context.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Field, FieldError, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { withFlash } from '../flash.ts'

/** `GET /sources/new` */
export function showNewSource(c: PanelContext, form = Form.blank) {
  const kind = form.get('kind') || c.req.query('kind') || 'javascript'
  // What fits nothing else comes last.
  const kinds = [...SOURCE_KINDS].toSorted((a, b) => Number(a.id === 'http-api') - Number(b.id === 'http-api'))
  const groups = Map.groupBy(kinds, ({ categories }) => categories[0] ?? '')
  const keyError = form.problem('writeKey')
  const broughtKey = form.get('writeKey')
  return showPage(
    c,
    {
      title: 'Add a source',
      current: 'sources',
      crumbs: [['Sources', '/sources']],
      lead: 'Choose what your events come from. It decides which instructions you see next, and can send any kind of event.',
      children: (
        <form method="post" action="/sources" class="stack">
          {form.problem() && <Notice tone="bad" title={form.problem() ?? ''} />}
          <fieldset class="choices">
            <legend class="unseen">Platform</legend>
            {[...groups].map(([group, kinds]) => (
              <div class="choice-group">
                <p class="choice-title" id={`group-${group}`}>
                  {group === 'Raw Data' ? 'Anything else' : group}
                </p>
                <div class="choice-grid">
                  {kinds.map(({ id, name, description }) => (
                    <label class="choice">
                      <input type="radio" name="kind" value={id} checked={id === kind} />
                      <span class="choice-name">{name}</span>
                      <span class="choice-text">{description}</span>
                    </label>
                  ))}
                </div>
              </div>
            ))}
            <FieldError id="kind" error={form.problem('metadataId')} />
          </fieldset>
          <section class="card stack">
            <Field
              id="name"
              label="Name"
              help="As you will look for it: “Web shop”, “iOS app”."
              error={form.problem('name') ?? form.problem('slug')}
            >
              <Input
                id="name"
                name="name"
                value={form.get('name')}
                required
                help
                error={form.problem('name') ?? form.problem('slug')}
              />
            </Field>
            <details open={keyError !== undefined || broughtKey !== ''}>
              <summary>Bring an existing write key</summary>
              <Field
                id="writeKey"
                label="Write key"
                optional
                help="Coming from Segment? Keep the key that your clients already use and change only their host. Left empty, a new key is made."
                error={keyError}
              >
                <Input id="writeKey" name="writeKey" value={broughtKey} mono help error={keyError} />
              </Field>
            </details>
            <div class="actions">
              <Button kind="main">Add source</Button>
              <Button kind="quiet" href="/sources">
                Cancel
              </Button>
            </div>
          </section>
        </form>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /sources` */
export async function postCreateSource(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const [name, kind, writeKey] = [form.get('name'), form.get('kind'), form.get('writeKey')]
  const make = (slug: string) =>
    createSource(deps, c.var.access.workspaceId, { slug, name, metadataId: kind, ...(writeKey !== '' && { writeKey }) })
  const slug = slugOf(name, kind)
  let done = await attempt(() => make(slug))
  // Two sources may have one name; their slugs differ by what comes behind.
  if (!done.ok && done.problems.some(({ field }) => field === 'slug'))
    done = await attempt(() => make(randomId(deps.ctx, `${slug}-`, 5)))
  if (!done.ok) return showNewSource(c, form.refused(...done.problems))
  auditSubject(c, 'source', done.value.id)
  return c.redirect(withFlash(`/sources/${done.value.id}/setup`, 'source-created'), 303)
}

/** What is left of a name in an address; at most so long that something fits behind it. */
function slugOf(name: string, kind: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain.slice(0, 48) || kind.slice(0, 48) || 'source'
}

import type { Context } from 'hono'
import { raw } from 'hono/html'
import { callerOf } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { formStatus, FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { contactUrl } from '../../../ui/layout/brand.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createFeedback } from '../commands.ts'
import { docPages } from '../pages.ts'

/** `GET /docs`: every page. */
export async function showDocs(c: Context, { db }: ControlDeps) {
  const [pages, programme] = await Promise.all([docPages(), getProgramme(db)])
  const children = (
    <ul class="doc-list">
      {pages.map(({ slug, title, lead }) => (
        <li>
          <a href={`/docs/${slug}`}>{title}</a>
          <p class="soft">{lead}</p>
        </li>
      ))}
    </ul>
  )
  const description = `What ${programme.name} does, and how it is used: every page.`
  return showPublic(c, { title: 'Docs', brand: brandOf(programme), description, current: '/docs', children })
}

/** `GET /docs/:page`: one page, and whether it helped. */
export async function showDoc(c: Context, { db }: ControlDeps, form = Form.blank) {
  const [pages, programme] = await Promise.all([docPages(), getProgramme(db)])
  const brand = brandOf(programme)
  const page = pages.find(({ slug }) => slug === c.req.param('page'))
  if (!page) {
    const children = (
      <p>
        Perhaps it has another name by now: <a href="/docs">all pages</a>.
      </p>
    )
    return showPublic(c, { title: 'There is no such page', brand, current: '/docs', children }, 404)
  }
  const thanked = c.req.query('said') === 'thanks'
  const children = (
    <>
      <article class="doc">{raw(page.html)}</article>
      <section class="card" id="helpful">
        <h2>Was this helpful?</h2>
        {thanked ? (
          <p role="status">Thank you. Whoever runs this reads it.</p>
        ) : (
          <form method="post" action={`/docs/${page.slug}#helpful`}>
            <FormProblem form={form} />
            <div class="field">
              <label for="words">
                What is missing or wrong? <span class="optional">optional</span>
              </label>
              <textarea id="words" name="words" rows={3} maxlength={1_000}>
                {form.value('words', '')}
              </textarea>
            </div>
            <div class="actions">
              <Button name="helpful" value="yes">
                Yes, it helped
              </Button>
              <Button name="helpful" value="no">
                No, it did not
              </Button>
            </div>
          </form>
        )}
        {programme.contact !== '' && (
          <p>
            Or ask: <a href={contactUrl(programme.contact)}>{programme.contact}</a>
          </p>
        )}
      </section>
    </>
  )
  const above = (
    <p>
      <a href="/docs">Docs</a>
    </p>
  )
  return showPublic(
    c,
    { title: page.title, brand, description: page.lead, current: '/docs', above, children },
    form.wrong ? formStatus(c) : 200,
  )
}

export async function postFeedback(c: Context, deps: ControlDeps) {
  const page = c.req.param('page') ?? ''
  const form = await Form.read(c)
  const body = { helpful: form.get('helpful'), words: form.get('words') }
  const said = await attempt(() => createFeedback(deps, callerOf(c), page, body))
  if (!said.ok)
    return showDoc(c, deps, form.refused({ message: said.problems.map(({ message }) => message).join(' ') }))
  return c.redirect(`/docs/${page}?said=thanks#helpful`, 303)
}

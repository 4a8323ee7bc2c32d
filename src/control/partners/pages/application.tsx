import { callerOf } from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { FieldGroup } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { LinkMade, type Made } from '../../people/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createApplicationLink, decideApplication } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { strangeLetters } from '../../look-alike.ts'
import { type Alike, type AlikeIntegration, type Application, describeApplication } from '../queries.ts'
import { actsIn, DECISIONS } from '../states.ts'
import { KIND_NAMES, STATE_NAMES, STATE_TONES } from '../words.ts'
import { Record } from './record.tsx'
import { WordsField } from './words-field.tsx'

const DECISION_WORDS = {
  ask: ['Ask back', 'It is their turn until they answer.'],
  accept: ['Accept', 'They become a partner.'],
  decline: ['Decline', 'They read why, and may apply again.'],
} as const

/** `GET /applications/:id`: all that a reviewer needs to decide. Two queries. */
export async function showApplication(c: PanelContext, deps: ControlDeps, form = Form.blank, link?: Made) {
  const id = c.req.param('id') ?? ''
  const { application, entries, alike, alikeIntegrations } = await describeApplication(deps.db, id)
  const now = deps.ctx.now()
  const { company, state } = application
  const acts = DECISIONS.filter((one) => actsIn(state).includes(one))
  const children = (
    <>
      {link && <LinkMade made={link} />}
      <Warnings of={application} alike={alike} integrations={alikeIntegrations} />
      <div class="columns">
        <Card title="What they sent">
          <Facts
            of={[
              [
                'Web site',
                <a href={application.site} rel="noreferrer nofollow">
                  {application.site}
                </a>,
              ],
              ['E-mail', application.email],
              ['Kind', KIND_NAMES[application.kind]],
              ['Use case', <span class="asked">{application.useCase}</span>],
              ['Data today', <span class="asked">{application.dataToday}</span>],
              ['Customers', <span class="asked">{application.customers || '–'}</span>],
            ]}
          />
        </Card>
        <Card title="Record" lead="The applicant sees the same.">
          <Record of={entries} company={company} now={now} />
        </Card>
      </div>
      {acts.length > 0 && (
        <form method="post" action={`/applications/${id}`} class="card form">
          <h2>Decide</h2>
          <FormProblem form={form} />
          <FieldGroup id="decision" label="Decision" error={form.problem('decision')}>
            <div class="choices">
              {acts.map((act) => (
                <label>
                  <input type="radio" name="decision" value={act} checked={form.get('decision') === act} required />
                  <strong>{DECISION_WORDS[act][0]}</strong>
                  <span>{DECISION_WORDS[act][1]}</span>
                </label>
              ))}
            </div>
          </FieldGroup>
          <WordsField
            name="words"
            label="Your words"
            help="The applicant reads them, and so does every reviewer."
            form={form}
          />
          <div class="actions">
            <Button kind="main">Decide</Button>
          </div>
        </form>
      )}
      <form method="post" action={`/applications/${id}/links`} class="actions">
        <Button>Make a private link to pass on</Button>
      </form>
    </>
  )
  return showPage(
    c,
    {
      title: company,
      state: <Badge tone={STATE_TONES[state]}>{STATE_NAMES[state]}</Badge>,
      current: 'applications',
      crumbs: [['Applications', '/applications']],
      children,
    },
    form.wrong ? 422 : 200,
  )
}

interface WarningsProps {
  of: Application
  alike: readonly Alike[]
  integrations: readonly AlikeIntegration[]
}

/** What a reviewer could overlook. */
function Warnings({ of, alike, integrations }: WarningsProps) {
  const strange = strangeLetters(of.company)
  const domain = of.email.split('@')[1] ?? ''
  const host = new URL(of.site).hostname.replace(/^www\./, '')
  const foreign = host !== domain && !host.endsWith(`.${domain}`) && !domain.endsWith(`.${host}`)
  return (
    <>
      {strange.length > 0 && (
        <Notice tone="warn" title="The name has letters that are not Latin">
          <p>{strange.join(', ')}</p>
        </Notice>
      )}
      {foreign && (
        <Notice tone="warn" title="The address is not of their site">
          <p>
            The application was confirmed from {domain}; the site is {host}.
          </p>
        </Notice>
      )}
      {integrations.length > 0 && (
        <Notice tone="warn" title="Can be taken for what is live already">
          <ul>
            {integrations.map(({ slug, name }) => (
              <li>
                <a href={`/partners/integrations/${encodeURIComponent(slug)}`}>{name}</a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {alike.length > 0 && (
        <Notice tone="warn" title="Can be taken for others">
          <ul>
            {alike.map((one) => (
              <li>
                <a href={`/applications/${one.id}`}>{one.company}</a> · {one.site} · {one.email} ·{' '}
                {STATE_NAMES[one.state]}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

export async function postDecideApplication(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const body = { decision: form.get('decision'), words: form.get('words') }
  const decided = await attempt(() => decideApplication(deps, callerOf(c), c.var.person?.name ?? '', id, body))
  if (!decided.ok) return showApplication(c, deps, form.refused(...decided.problems))
  return c.redirect(withFlash(`/applications/${id}`, 'application-decided'), 303)
}

export async function postCreateApplicationLink(c: PanelContext, deps: ControlDeps) {
  const link = await createApplicationLink(deps, callerOf(c), c.req.param('id') ?? '')
  const text = 'It is shown this once. Whoever has it acts as the applicant: give it to them alone.'
  return showApplication(c, deps, Form.blank, { title: 'A private link', link, text })
}

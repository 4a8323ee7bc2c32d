import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { duration } from '../../../ui/duration.ts'
import type { Brand } from '../../../ui/layout/brand.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { callerOf } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import { answerApplication, createApplicantSignIn } from '../commands.ts'
import { noticeOf } from '../../../ui/layout/flash.ts'
import { withFlash } from '../flash.ts'
import { type Application, findStanding, type ApplicationStanding } from '../queries.ts'
import type { ShopReport } from '../../../shop/index.ts'
import { BALL } from '../states.ts'
import { KIND_NAMES, STATE_NAMES, STATE_TONES } from '../words.ts'
import { brandOf } from '../../programme/index.ts'
import { keepAddress } from './private.ts'
import { Record } from './record.tsx'
import { WordsField } from './words-field.tsx'

/** `GET /partners/status/:token`: who has to act, since when, until when. For whoever has the private link. Three queries, a call. */
export async function showStatus(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const { db, ctx } = deps
  const token = c.req.param('token') ?? ''
  keepAddress(c)
  const { programme, standing } = await findStanding(db, token)
  const brand = brandOf(programme)
  if (!standing) return showGone(c, brand)
  const { application, entries } = standing
  const shop = application.shopId === null ? undefined : await deps.shop(application.shopId).look()
  const now = ctx.now()
  const mails = Boolean(deps.accounts.mailWebhook)
  const { company, state } = application
  const decided = state === 'accepted' || state === 'declined'
  const said = entries.findLast(({ reviewer }) => reviewer !== null)?.words
  const children = (
    <div class="standing stack">
      <Card>
        <Facts of={facts(standing, now)} />
      </Card>
      {state === 'asked' && (
        <form method="post" action={`/partners/status/${encodeURIComponent(token)}`} class="card form">
          <h2>We ask</h2>
          <p class="record-words">{said}</p>
          <FormProblem form={form} />
          <WordsField name="words" label="Your answer" form={form} />
          <div class="actions">
            <Button kind="main">Send the answer</Button>
          </div>
        </form>
      )}
      {decided && (
        <Card title={state === 'declined' ? 'Why we declined' : 'What we said'}>
          <p class="record-words">{said}</p>
          {state === 'declined' && (
            <p>
              You may <a href="/partners/apply">apply again</a> once the reason is gone.
            </p>
          )}
        </Card>
      )}
      {state !== 'unconfirmed' && <SandboxCard token={token} application={application} shop={shop} mails={mails} />}
      {standing.slots.length > 0 && (
        <Card
          title="Your integrations in beta"
          lead={`Public as soon as ${programme.customersNeeded} customers count; it is counted hourly.`}
        >
          <ul class="plain">
            {standing.slots.map(({ id, name, filled }) => (
              <li>
                <a href={`/integrations/${id}/customers`}>{name}</a>{' '}
                <meter value={filled} max={programme.customersNeeded} aria-label={`Customers of ${name} that count`} />{' '}
                {filled} of {programme.customersNeeded}
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card title="What happened" lead="The same record that every reviewer sees.">
        <Record of={entries} company={company} now={now} />
      </Card>
      <Card title="What you sent">
        <Facts
          of={[
            ['Web site', application.site],
            ['E-mail', application.email],
            ['Kind', KIND_NAMES[application.kind]],
            ['Use case', <span class="asked">{application.useCase}</span>],
            ['Data today', <span class="asked">{application.dataToday}</span>],
            ['Customers', <span class="asked">{application.customers || '–'}</span>],
          ]}
        />
      </Card>
    </div>
  )
  const above = <Badge tone={STATE_TONES[state]}>{STATE_NAMES[state]}</Badge>
  const lead = 'This page is yours alone: keep its address.'
  return showPublic(
    c,
    { title: `Application of ${company}`, brand, above, lead, said: noticeOf(c), children },
    form.wrong ? 422 : 200,
  )
}

function facts({ application, place }: ApplicationStanding, now: number): (readonly [string, Child])[] {
  const { state, ballSince, dueAt } = application
  const turn = { us: 'It is our turn.', applicant: 'It is your turn.', nobody: 'Nobody has to do anything.' }[
    BALL[state]
  ]
  const next = {
    unconfirmed: 'Confirm your address by the link in our mail.',
    waiting: 'A reviewer reads it and accepts, declines or asks back.',
    asked: 'Answer the question below.',
    accepted: 'Build your integration in the sandbox.',
    declined: 'Read the reason below.',
  }[state]
  return [
    ['Whose turn', turn],
    ['Next', next],
    ['Since', <Ago at={ballSince} now={now} />],
    ...(dueAt === null ? [] : [['Promised', <Promised at={dueAt} now={now} />] as const]),
    ...(place === null ? [] : [['Place in the queue', String(place)] as const]),
  ]
}

interface SandboxProps {
  token: string
  application: Application
  shop: ShopReport | undefined
  mails: boolean
}

/** Where to try things out, from the moment of the application on. */
function SandboxCard({ token, application, shop, mails }: SandboxProps) {
  const lead =
    'A workspace of your own, which never counts as a customer. A synthetic shop sends it a visit a minute, as long as somebody looks.'
  return (
    <Card title="Your sandbox" lead={lead}>
      <Facts
        of={[
          ['Synthetic shop', shop ? SHOP_WORDS[shop.state] : 'It is being set up.'],
          ...(shop ? [['Visits so far', String(shop.visits)] as const] : []),
          ['Sign in as', application.email],
        ]}
      />
      <form method="post" action={`/partners/status/${encodeURIComponent(token)}/sign-in`} class="actions">
        <Button href={application.shopId === null ? '/' : `/sources/${application.shopId}/debugger`}>
          Open the sandbox
        </Button>
        {mails && <Button kind="quiet">Mail me a link to sign in</Button>}
      </form>
    </Card>
  )
}

const SHOP_WORDS = {
  running: 'It sends.',
  resting: 'It rests, because nobody looked for three days.',
  gone: 'Its source is gone, so it has ended.',
} as const

function Promised({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString()
  return (
    <>
      <time datetime={iso}>{`${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`}</time>{' '}
      {at < now ? (
        <Badge tone="bad">We are late by {duration(now - at)}</Badge>
      ) : (
        <span class="soft">in {duration(at - now)}</span>
      )}
    </>
  )
}

export async function postAnswer(c: PanelContext, deps: ControlDeps) {
  const token = c.req.param('token') ?? ''
  const form = await Form.read(c)
  const answered = await attempt(() => answerApplication(deps, token, { words: form.get('words') }))
  if (!answered.ok) return showStatus(c, deps, form.refused(...answered.problems))
  keepAddress(c)
  return c.redirect(`/partners/status/${encodeURIComponent(token)}`, 303)
}

function showGone(c: Context, brand: Brand) {
  const children = (
    <div class="card">
      <p>It is too old, or was never ours. The newest link is in our last mail to you.</p>
      <div class="actions">
        <Button href="/partners/apply">Apply</Button>
      </div>
    </div>
  )
  return showPublic(c, { title: 'This link does not work', brand, children }, 410)
}

export async function postApplicantSignIn(c: PanelContext, deps: ControlDeps) {
  const token = c.req.param('token') ?? ''
  const made = await attempt(() => createApplicantSignIn(deps, callerOf(c), token))
  if (!made.ok) return showStatus(c, deps, Form.blank.refused(...made.problems))
  keepAddress(c)
  return c.redirect(
    withFlash(`/partners/status/${encodeURIComponent(token)}`, made.value ? 'link-mailed' : 'no-link'),
    303,
  )
}

import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { duration } from '../../../ui/duration.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import type { ControlDeps } from '../../request.ts'
import { answerApplication } from '../commands.ts'
import { findStanding, type ApplicationStanding } from '../queries.ts'
import { BALL } from '../states.ts'
import { KIND_NAMES, STATE_NAMES, STATE_TONES } from '../words.ts'
import { BRAND } from './brand.ts'
import { keepAddress } from './private.ts'
import { Record } from './record.tsx'
import { WordsField } from './words-field.tsx'

/** `GET /partners/status/:token`: who has to act, since when, until when. For whoever has the private link. */
export async function showStatus(c: Context, { db, ctx }: ControlDeps, form = Form.blank) {
  const token = c.req.param('token') ?? ''
  keepAddress(c)
  const standing = await findStanding(db, token)
  if (!standing) return showGone(c)
  const { application, entries } = standing
  const now = ctx.now()
  const { company, state } = application
  const children = (
    <>
      <Card>
        <Facts of={facts(standing, now)} />
      </Card>
      {state === 'asked' && (
        <form method="post" action={`/partners/status/${encodeURIComponent(token)}`} class="card form">
          <h2>Your answer</h2>
          <FormProblem form={form} />
          <WordsField name="words" label="Answer to the question below" form={form} />
          <div class="actions">
            <Button kind="main">Send the answer</Button>
          </div>
        </form>
      )}
      {state === 'declined' && (
        <p>
          You may <a href="/partners/apply">apply again</a> once the reason is gone.
        </p>
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
    </>
  )
  const above = <Badge tone={STATE_TONES[state]}>{STATE_NAMES[state]}</Badge>
  const lead = 'This page is yours alone: keep its address.'
  return showPublic(
    c,
    { title: `Application of ${company}`, brand: BRAND, above, lead, children },
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
    accepted: 'You build your integration.',
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

export async function postAnswer(c: Context, deps: ControlDeps) {
  const token = c.req.param('token') ?? ''
  const form = await Form.read(c)
  const answered = await attempt(() => answerApplication(deps, token, { words: form.get('words') }))
  if (!answered.ok) return showStatus(c, deps, form.refused(...answered.problems))
  keepAddress(c)
  return c.redirect(`/partners/status/${encodeURIComponent(token)}`, 303)
}

function showGone(c: Context) {
  const children = (
    <div class="card">
      <p>It is too old, or was never ours. The newest link is in our last mail to you.</p>
      <div class="actions">
        <Button href="/partners/apply">Apply</Button>
      </div>
    </div>
  )
  return showPublic(c, { title: 'This link does not work', brand: BRAND, children }, 410)
}

import type { Child } from 'hono/jsx'
import { callerOf, may } from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { actOn } from '../commands.ts'
import { isCertifiable } from '../certified.ts'
import { withFlash } from '../flash.ts'
import { describeStanding, getLiving, listLifecycleEntries, type LivingDescribed } from '../queries.ts'
import type { LifeActor } from '../states.ts'
import { MEASURE_WORDS } from '../words.ts'
import { ActForm, actIn } from './act-form.tsx'
import { CertificateLine } from './certificate.tsx'
import { LifeRecord } from './record.tsx'
import { lifeHead } from './tabs.tsx'

/** `GET /integrations/:id/lifecycle`: how far an integration is, for its partner. Two queries. */
export async function showLifecycle(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const id = c.req.param('id') ?? ''
  const [living, entries] = await Promise.all([
    getLiving(db, id, c.var.access.workspaceId),
    listLifecycleEntries(db, id),
  ])
  const described = await describeStanding(db, living)
  const now = ctx.now()
  const actors: LifeActor[] = may(c.var.access, 'integrations:write') ? ['partner'] : []
  const asked = living.life.turn === 'partner' ? entries.findLast(({ act }) => act === 'ask')?.words : undefined
  const children = (
    <>
      {living.company === null && (
        <Notice title="Your workspace is no partner’s">
          <p>
            You can use what you build yourself. To offer it to others, <a href="/partners/apply">apply</a>.
          </p>
        </Notice>
      )}
      {asked !== undefined && (
        <Notice tone="warn" title="We ask">
          <p class="record-words">{asked}</p>
        </Notice>
      )}
      <div class="columns">
        <Card title="How it stands">
          <Facts of={lifeFacts(described, now)} />
        </Card>
        <Card title="Record" lead="Every reviewer sees the same.">
          <LifeRecord of={entries} now={now} />
        </Card>
      </div>
      <ActForm
        action={`/integrations/${id}/lifecycle`}
        title="What you can do"
        actors={actors}
        standing={described.standing}
        help="They stand in the record. To answer and to deprecate takes words."
        form={form}
      />
    </>
  )
  return showPage(c, { ...lifeHead(living, 'life', c.var.access), children }, form.wrong ? 422 : 200)
}

const TURNS = { us: 'Ours', partner: 'The partner’s' } as const

/** How an integration stands, for its partner and for reviewers. */
export function lifeFacts(described: LivingDescribed, now: number): (readonly [string, Child])[] {
  const { life, integration, certificate } = described
  const { turn, since, dueAt, reviewedAt, reviewer, endsAt, measuredAt } = life
  const { measure } = integration
  return [
    ...(turn === null ? [] : [['Whose turn', TURNS[turn]] as const]),
    ['Since', <Ago at={since} now={now} />],
    ...(dueAt === null ? [] : [['Promised', <Due at={dueAt} now={now} />] as const]),
    ...(isCertifiable(integration) ? [['Certification', <CertificateLine of={certificate} now={now} />] as const] : []),
    ...(reviewedAt === null
      ? []
      : [
          [
            'Reviewed',
            <>
              <Ago at={reviewedAt} now={now} /> by {reviewer}
            </>,
          ] as const,
        ]),
    ...(measure === undefined || measuredAt === null
      ? []
      : [
          [
            'Quality',
            <>
              {MEASURE_WORDS[measure]}, <Ago at={measuredAt} now={now} />
            </>,
          ] as const,
        ]),
    ...(endsAt === null ? [] : [['Ends', new Date(endsAt).toISOString().slice(0, 10)] as const]),
  ]
}

function Due({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString()
  return (
    <>
      <time datetime={iso}>{`${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`}</time>{' '}
      {at < now ? (
        <Badge tone="bad">Late by {duration(now - at)}</Badge>
      ) : (
        <span class="soft">in {duration(at - now)}</span>
      )}
    </>
  )
}

export async function postAct(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const acting = {
    actor: 'partner' as const,
    who: c.var.person?.name ?? '',
    whoId: c.var.person?.userId ?? '',
    workspaceId: c.var.access.workspaceId,
  }
  const done = await attempt(() => actOn(deps, callerOf(c), acting, id, actIn(form)))
  if (!done.ok) return showLifecycle(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(`/integrations/${id}/lifecycle`, 'lifecycle-changed'), 303)
}

import { may } from '../../../accounts/index.ts'
import { isoTime } from '../../../event/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { HOUR_MS } from '../../../statistics/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { Chart } from '../../destinations/pages/index.ts'
import { getLiving } from '../../lifecycle/index.ts'
import { lifeHead } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createMaintenance, withdrawMaintenance } from '../commands.ts'
import { describeQuality, type QualityDescribed } from '../describe.ts'
import { withFlash } from '../flash.ts'
import { type MaintenanceWindow, MOST_PLANNED_MS } from '../maintenance.ts'
import { dateOf } from '../present.ts'
import { type QualityBand, type Cause, LEAST_DAYS, LEAST_EVENTS, SCORE_DAYS, SCORE_PARTS } from '../score.ts'
import { BAND_TONES, BAND_WORDS, causeWords, PART_WORDS } from '../words.ts'
import { reviewHead } from './review-head.tsx'

/** Causes and falls of which a page tells. */
const MOST_CAUSES = 10
const MOST_FALLS = 10
/** Less is none when it is rounded. */
const LEAST_SHOWN = 0.05
/** A score that falls by less is as it was. */
const LEAST_FALL = 1

/** `GET /integrations/:id/quality`: its score, for its partner. Two queries. */
export async function showQuality(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const id = c.req.param('id') ?? ''
  const living = await getLiving(db, id, c.var.access.workspaceId)
  const described = await describeQuality(db, id)
  const children = (
    <>
      <QualityCards of={described} />
      <Card title="Export" lead="All that a score is made of: whoever has it computes the same.">
        <div class="actions">
          <Button href={`/api/integrations/${id}/quality/days.csv`}>As CSV</Button>
          <Button href={`/api/integrations/${id}/quality/days.ndjson`}>As NDJSON</Button>
        </div>
      </Card>
      <Maintenance
        id={id}
        windows={described.quality.windows}
        now={ctx.now()}
        form={form}
        mayWrite={may(c.var.access, 'integrations:write')}
      />
    </>
  )
  return showPage(c, { ...lifeHead(living, 'quality', c.var.access), children }, form.wrong ? 422 : 200)
}

/** `GET /submissions/:id/quality`: the same for reviewers. Two queries. */
export async function showSubmissionQuality(c: PanelContext, { db }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { integration } = await getLiving(db, id)
  const described = await describeQuality(db, id)
  return showPage(c, {
    ...reviewHead(id, titleOf(integration), 'Quality'),
    children: <QualityCards of={described} />,
  })
}

function QualityCards({ of: { quality, now, causes } }: { of: QualityDescribed }) {
  const { score, band, parts, events, days } = now
  const { history } = quality
  return (
    <>
      <Card
        title="Score"
        lead={
          <>
            Of the last {SCORE_DAYS} finished days, by a <a href="/docs/quality">published formula</a>.
          </>
        }
      >
        {score === null || band === null ? (
          <p>
            There is none yet: it takes {LEAST_EVENTS.toLocaleString('en-GB')} events on {LEAST_DAYS} days, and there
            were {plural(events, 'event')} on {plural(days, 'day')}.
          </p>
        ) : (
          <>
            <Figures>
              <Figure label="Score" value={score.toFixed(1)} span="of 100" />
              <div class="figure">
                <dt>Band</dt>
                <dd>
                  <BandBadge of={band} />
                </dd>
              </div>
            </Figures>
            <Table
              caption="What it is made of"
              columns={[
                { title: 'Part' },
                { title: 'Measured', number: true },
                { title: 'Points', number: true },
                { title: 'Of', number: true },
              ]}
              rows={parts.map(({ part, value, points }) => [
                <>
                  {PART_WORDS[part]}
                  <span class="under">{SCORE_PARTS[part].words}</span>
                </>,
                part === 'calm' ? value.toFixed(3) : `${(Math.floor(value * 10_000) / 100).toFixed(2)}\u00a0%`,
                points.toFixed(1),
                SCORE_PARTS[part].points,
              ])}
            />
          </>
        )}
        {history.length > 1 && (
          <Chart
            id="scores"
            title="Score by day"
            description={`From ${history[0]?.score ?? 'none'} to ${history.at(-1)?.score ?? 'none'}.`}
            kind="lines"
            series={[{ name: 'Score', look: 'first', values: history.map((one) => one.score) }]}
            most={100}
            mostWords={() => '100'}
            from={dateOf(history[0]?.day ?? 0)}
            until={dateOf(history.at(-1)?.day ?? 0)}
          />
        )}
      </Card>
      {causes.some(({ points }) => points >= LEAST_SHOWN) && (
        <Card title="What costs points" lead="The most first.">
          <CausesTable
            of={causes.filter(({ points }) => points >= LEAST_SHOWN).slice(0, MOST_CAUSES)}
            caption="What costs points"
          />
        </Card>
      )}
      <Falls history={history} />
    </>
  )
}

export function BandBadge({ of }: { of: QualityBand }) {
  return <Badge tone={BAND_TONES[of]}>{BAND_WORDS[of]}</Badge>
}

function CausesTable({ of, caption }: { of: readonly Cause[]; caption: string }) {
  return (
    <Table
      caption={caption}
      columns={[{ title: 'What' }, { title: 'Part' }, { title: 'Points', number: true }]}
      rows={of.map((cause) => [causeWords(cause), PART_WORDS[cause.part], cause.points.toFixed(1)])}
    />
  )
}

function Falls({ history }: { history: QualityDescribed['quality']['history'] }) {
  const falls = history
    .flatMap((one, at) => {
      const before = history[at - 1]?.score ?? null
      return one.score !== null && before !== null && before - one.score >= LEAST_FALL ? [{ ...one, before }] : []
    })
    .toReversed()
    .slice(0, MOST_FALLS)
  if (falls.length === 0) return null
  return (
    <Card title="Falls" lead="Each with what it came from.">
      {falls.map(({ day, before, score, causes }) => (
        <section class="stack">
          <h3>
            {dateOf(day)}: from {before.toFixed(1)} to {(score ?? 0).toFixed(1)}
          </h3>
          {causes.length === 0 ? (
            <p>Better days are too long ago to count.</p>
          ) : (
            <CausesTable of={causes} caption={`What the score of ${dateOf(day)} fell by`} />
          )}
        </section>
      ))}
    </Card>
  )
}

interface MaintenanceProps {
  id: string
  windows: readonly MaintenanceWindow[]
  now: number
  form: Form
  mayWrite: boolean
}

function Maintenance({ id, windows, now, form, mayWrite }: MaintenanceProps) {
  const lead = `Hours that count for no score: said a day before, ${MOST_PLANNED_MS / HOUR_MS} hours of a month (UTC) at most.`
  return (
    <>
      <Card title="Planned maintenance" lead={lead}>
        {windows.length === 0 ? (
          <p>None is planned.</p>
        ) : (
          <Table
            caption="Planned maintenance"
            columns={[{ title: 'When' }, { title: 'Words', wide: true }, { title: 'Actions', unseen: true }]}
            rows={windows.map((window) => [
              <>
                {hourWords(window.startsAt)}
                <span class="under">until {hourWords(window.endsAt)}</span>
              </>,
              window.words,
              mayWrite && window.startsAt > now + HOUR_MS && (
                <form method="post" action={`/integrations/${id}/maintenance/${window.id}/withdraw`}>
                  <Button kind="quiet" small label={`Withdraw ${hourWords(window.startsAt)}`}>
                    Withdraw
                  </Button>
                </form>
              ),
            ])}
          />
        )}
      </Card>
      {mayWrite && (
        <form method="post" action={`/integrations/${id}/maintenance`} class="card form">
          <h2>Plan maintenance</h2>
          <FormProblem form={form} />
          <TextField
            name="startsAt"
            label="From"
            help="A whole hour in UTC, such as 2026-12-01T02:00."
            autocomplete="off"
            form={form}
          />
          <TextField name="endsAt" label="Until" autocomplete="off" form={form} />
          <TextField name="words" label="What happens" autocomplete="off" optional form={form} />
          <div class="actions">
            <Button kind="main">Plan it</Button>
          </div>
        </form>
      )}
    </>
  )
}

/** `2026-12-01, 02:00 UTC` */
function hourWords(at: number): string {
  const iso = isoTime(at)
  return `${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`
}

export async function postMaintenance(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const time = (name: string) => {
    const text = form.get(name).trim()
    return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}$/.test(text) ? `${text.replace(' ', 'T')}:00Z` : text
  }
  const body = { startsAt: time('startsAt'), endsAt: time('endsAt'), words: form.get('words') }
  const made = await attempt(() => createMaintenance(deps, c.var.access.workspaceId, id, body))
  if (!made.ok) return showQuality(c, deps, form.refused(...made.problems))
  return c.redirect(withFlash(`/integrations/${id}/quality`, 'maintenance-planned'), 303)
}

export async function postWithdrawMaintenance(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  await withdrawMaintenance(deps, c.var.access.workspaceId, id, c.req.param('windowId') ?? '')
  return c.redirect(withFlash(`/integrations/${id}/quality`, 'maintenance-withdrawn'), 303)
}

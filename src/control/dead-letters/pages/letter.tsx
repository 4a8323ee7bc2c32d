import { deadWords, laneWords, type Attempt } from '../../../lane/index.ts'
import { refusal } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { cutText, SHOWN, shownJson } from '../../../ui/shown.ts'
import type { ControlDeps } from '../../request.ts'
import { SamplePair } from '../../sample-pair.tsx'
import { shownSample } from '../../shown-sample.ts'
import { describeDeadEvent, type DescribedEvent } from '../queries.ts'
import type { PageOwner, ShownOwner } from './owner.ts'
import { valueOf } from './table.tsx'
import { eventCall, eventTitle, eventPerson } from './words.ts'

/** `GET …/dead-letters/:letter/:event`: one event, what was asked and answered, and why it was given up. */
export async function showDeadLetter(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const of = await owner.describe(c, deps)
  const id = wholeOf(c.req.param('letter'))
  const event = wholeOf(c.req.param('event'))
  if (id === null || event === null) throw refusal(404, 'There is no such dead letter.')
  const described = await describeDeadEvent(deps, of.lane, { id, event })
  const { payload } = described.event
  const { crumbs = [] } = of.head
  const list = `${of.path}/dead-letters`
  const sample = described.letter.sample && shownSample(described.letter.sample)
  const shown = payload && shownJson(payload, SHOWN.page)
  return showPage(c, {
    title: eventTitle(payload),
    ...(of.head.current !== undefined && { current: of.head.current }),
    crumbs: [...crumbs, [of.head.title, list]],
    lead: 'Given up, and kept for 30 days. Send it again once what refused it is mended.',
    actions: of.mayWrite && of.stopped === null && (
      <form method="post" action={`${list}/redrive`} class="actions">
        <input type="hidden" name="chosen" value={valueOf(described.letter, described.event)} />
        <Button kind="main" name="what" value="chosen">
          Send it again
        </Button>
      </form>
    ),
    children: (
      <>
        {of.stopped !== null && <p class="help">{of.stopped}</p>}
        <WhyCard of={of} described={described} now={deps.ctx.now()} />
        <Attempts attempts={described.attempts} now={deps.ctx.now()} />
        <Card
          title="What was sent, and what came back"
          lead={
            described.letter.events.length > 1
              ? `Of one of ${plural(described.letter.events.length, 'event')} that were given up alike.`
              : undefined
          }
        >
          {sample ? (
            <SamplePair sample={sample} />
          ) : (
            <p class="help">There is no sample of this one: of a reason ten an hour are kept.</p>
          )}
        </Card>
        <CodeBlock
          label="The event as it is archived"
          language="json"
          code={shown?.text ?? 'The archive has it no longer, so it cannot be sent again.'}
        />
        {shown?.cut && <p class="help">It is larger or deeper than is shown here. The download has it whole.</p>}
      </>
    ),
  })
}

function WhyCard({ of, described, now }: { of: ShownOwner; described: DescribedEvent; now: number }) {
  const { letter, event } = described
  const { reason, attempts, status, message, redrive, log, seq, batch } = letter
  const person = eventPerson(event.payload)
  const messageId = event.payload?.['messageId']
  return (
    <Card title="Why">
      <Facts
        of={[
          [
            'Reason',
            <>
              {deadWords(reason)} <code>{reason}</code>
            </>,
          ],
          ['Given up', <Ago at={Date.parse(letter.at)} now={now} />],
          ['Attempts', attempts === 0 ? 'none' : plural(attempts, 'attempt')],
          ...(status === undefined ? [] : [['Status', String(status)] as const]),
          ...(batch === undefined ? [] : [['Sent', `in a batch of ${batch}`] as const]),
          ...(message === undefined
            ? []
            : [['In its own words', <Words message={message} alike={letter.events.length} />] as const]),
          ...(redrive === undefined
            ? []
            : [
                [
                  'Sent again before',
                  <>
                    by <a href={`${of.path}/dead-letters#sent-again`}>redrive {redrive}</a>, and failed again
                  </>,
                ] as const,
              ]),
          ['Call', eventCall(event.payload) ?? '–'],
          ...(person === null ? [] : [['Person', <code class="wrap">{person}</code>] as const]),
          ...(typeof messageId === 'string'
            ? [['Message id', <code class="wrap">{cutText(messageId, SHOWN.value).text}</code>] as const]
            : []),
          ['Everywhere else', <a href={`/sources/${log}/debugger/${seq}.${event.event}`}>Where did it go?</a>],
        ]}
      />
    </Card>
  )
}

/** What is alike is one letter, which has the words that came with its first event. */
function Words({ message, alike }: { message: string; alike: number }) {
  return (
    <>
      <q class="wrap">{message}</q>
      {alike > 1 && <span class="under">said of the first of {plural(alike, 'event')} that were given up alike</span>}
    </>
  )
}

function Attempts({ attempts, now }: { attempts: readonly Attempt[]; now: number }) {
  if (attempts.length === 0) return null
  return (
    <Card title="Attempts" lead="Those that the lane remembers.">
      <Table
        caption="Attempts"
        columns={[
          { title: 'Attempt' },
          { title: 'When' },
          { title: 'What came of it' },
          { title: 'Took, ms', number: true },
        ]}
        rows={attempts.map(({ attempt, at, outcome, tookMs, batch }) => [
          String(attempt),
          at === null ? '–' : <Ago at={Date.parse(at)} now={now} />,
          <>
            {outcome === 'delivered' ? 'delivered' : laneWords(outcome)}
            {batch !== undefined && <span class="under">in a batch of {batch}</span>}
          </>,
          tookMs === null ? '–' : tookMs.toLocaleString('en-GB'),
        ])}
      />
    </Card>
  )
}

function wholeOf(text: string | undefined): number | null {
  return /^\d{1,16}$/.test(text ?? '') ? Number(text) : null
}

import { may } from '../../../../accounts/index.ts'
import type { LaneMetrics } from '../../../../lane/index.ts'
import { Button } from '../../../../ui/components/button.tsx'
import { Empty } from '../../../../ui/components/empty.tsx'
import { Notice } from '../../../../ui/components/notice.tsx'
import { plural } from '../../../../ui/counts.ts'
import type { CarrierPages } from '../../../carrier-pages.ts'
import { delayOf } from '../../../delays.ts'
import { rowOfLane } from '../../health.ts'
import { metricsOf } from '../../metrics.ts'
import { Advanced, readAdvanced } from '../advanced.tsx'
import { DeliveryCard, FailuresCard, MoreFigures, StandingNotice } from '../figures/section.tsx'
import { periodOr1h } from '../figures/span.ts'
import { LedgerCard, waitingWords } from '../ledger.tsx'

/** How often the page of a lane in which something waits looks again. */
const EVERY = '5s'

/** Figures and pace of what is sent from here. */
export const LANE_PAGES: CarrierPages = {
  async overview(c, { id, enabled, sourceId }, deps) {
    const period = periodOr1h(c.req.query('period'))
    const metrics = await metricsOf(id, deps, period)
    if (!metrics?.figures || !metrics.health) return { children: <NoAnswer /> }
    const now = deps.ctx.now()
    const path = `/destinations/${id}`
    const mayWrite = may(c.var.access, 'destinations:write', sourceId)
    const { ledger, figures, health } = metrics
    const isEmpty = ledger.accepted === 0
    const delivery = <DeliveryCard metrics={{ ...metrics, figures }} path={path} />
    const moves = enabled && (ledger.pending > 0 || metrics.redriving || isHeld(metrics))
    const refresh = moves && {
      'hx-get': `${path}?period=${period}`,
      'hx-trigger': `every ${EVERY}`,
      'hx-select': '#now',
      'hx-select-oob': '#state',
      'hx-swap': 'outerHTML',
    }
    return {
      health: rowOfLane(health),
      children: (
        <>
          <div id="now" class="stack" {...refresh}>
            {enabled && !isEmpty && (
              <StandingNotice metrics={metrics} now={now}>
                {mayWrite && isHeld(metrics) && <TryNow id={id} />}
              </StandingNotice>
            )}
            {isEmpty ? <NothingYet test={mayWrite ? `${path}/test` : undefined} /> : delivery}
          </div>
          <details class="more">
            <summary>More</summary>
            <div class="stack">
              {isEmpty && delivery}
              <LedgerCard metrics={metrics} path={path} now={now} />
              <MoreFigures figures={figures} />
              <FailuresCard metrics={metrics} now={now} />
            </div>
          </details>
        </>
      ),
    }
  },

  disabledHint: () => 'Try it out with a sample event first, then enable it.',

  fields: (of, form) => <Advanced of={of} form={form} />,

  readFields: readAdvanced,

  noTest: () => null,

  async disabling({ id, integration, mode }, deps) {
    const { count, words } = waitingWords(await metricsOf(id, deps))
    return [
      `It takes no new events ${delayOf(integration, mode)} from now. The archive keeps them.`,
      <>
        {words}
        {count !== 0 &&
          ' Nothing more is sent. Enabled again in time, it goes on with them; those that get too old meanwhile become dead letters, which can be sent once more.'}
      </>,
      'If you only want it to wait, pause it: it keeps taking events, and no deadline runs.',
    ]
  },

  async deleting({ id }, deps) {
    const metrics = await metricsOf(id, deps)
    return [
      pendingCost(metrics?.ledger.pending),
      'Its dead letters can no longer be sent once more, and its figures are no longer shown.',
    ]
  },

  enabling: (integration, source) =>
    `Enabled, it gets the events that ${source.name} accepts from now on, ${delayOf(integration, integration.device?.defaultMode ?? null)}.`,
}

function NoAnswer() {
  return (
    <Notice tone="warn" title="The lane does not answer at the moment.">
      Events are kept and sent all the same. Look again in a minute.
    </Notice>
  )
}

/** `test`: where one can be sent, for those who may. */
function NothingYet({ test }: { test: string | undefined }) {
  const action = test !== undefined && (
    <Button kind="main" icon="send" href={test}>
      Send a test
    </Button>
  )
  return (
    <Empty icon="destination" title="Nothing has come yet" action={action}>
      Events of its source are sent as they come.
    </Empty>
  )
}

/** Held by its receiver, and not by a person. */
function isHeld({ hold, breaker, ledger }: LaneMetrics): boolean {
  return (breaker !== null || (hold !== null && hold.until !== null)) && ledger.pending > 0
}

/** A receiver that was mended before its time need not be waited for. */
function TryNow({ id }: { id: string }) {
  return (
    <form method="post" action={`/destinations/${id}/try-now`} class="actions">
      <Button id="try-now">Try one now</Button>
    </form>
  )
}

function pendingCost(pending: number | undefined): string {
  if (pending === undefined)
    return 'How many events wait cannot be told at the moment. They become dead letters and are not sent.'
  if (pending === 0) return 'No events wait for it at the moment.'
  return `${plural(pending, 'event waits', 'events wait')}. They become dead letters and are not sent.`
}

import { Card } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { ROLLOUT_SHARES } from '../../../settings/index.ts'
import type { Attempts, RolloutFigures } from '../../catalogue/index.ts'
import type { VersionRow } from '../queries.ts'
import { shareOfFailures, triesOf } from '../rules.ts'
import { failurePercent } from '../words.ts'

/** How far a version is rolled out, and what came of it beside the old one. */
export function RolloutCard({ of: version, now }: { of: VersionRow; now: number }) {
  const { share, since, figures, lookedAt, state } = version
  if (share === null && figures === null) return null
  return (
    <Card
      title="Rollout"
      lead={
        share === null || since === null ? (
          'What was found when it was looked last.'
        ) : (
          <>
            At {share} in a hundred destinations since <Ago at={since} now={now} />
            {lookedAt !== null && lookedAt > since && (
              <>
                , looked at <Ago at={lookedAt} now={now} />
              </>
            )}
            .
          </>
        )
      }
    >
      {share !== null && (
        <ol class="rollout" aria-label="Steps">
          {ROLLOUT_SHARES.map((one) => (
            <li class={one < share ? 'done' : one === share ? 'now' : undefined} aria-current={one === share && 'step'}>
              {one} %{one === 100 && state === 'live' && ', watched'}
            </li>
          ))}
        </ol>
      )}
      {figures ? <FiguresTable of={figures} /> : <p>Nothing was looked at in this step yet.</p>}
      <p>
        <a href="/docs/partners#versions">When it goes on, and when it is halted</a>
      </p>
    </Card>
  )
}

function FiguresTable({ of: { now, before, old } }: { of: RolloutFigures }) {
  const row = (name: string, one: Attempts & { destinations?: number }) => [
    name,
    one.destinations?.toLocaleString('en-GB') ?? '',
    triesOf(one).toLocaleString('en-GB'),
    one.failed.toLocaleString('en-GB'),
    triesOf(one) === 0 ? (
      '–'
    ) : (
      <>
        {failurePercent(one)} <Bar share={shareOfFailures(one)} />
      </>
    ),
  ]
  return (
    <Table
      caption="Attempts with both versions"
      columns={[
        { title: 'Attempts' },
        { title: 'Destinations', number: true, wide: true },
        { title: 'Tries', number: true },
        { title: 'Failed', number: true },
        { title: 'Share' },
      ]}
      rows={[
        row('With this version', now),
        ...(old ? [row('With the old one, at the same time', old)] : []),
        row('The same destinations, the day before', before),
      ]}
    />
  )
}

function Bar({ share }: { share: number }) {
  return (
    <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="share-ground" width="100" height="8" />
      <rect class="share-failed" width={Math.max(share * 100, share > 0 ? 1 : 0)} height="8" />
    </svg>
  )
}

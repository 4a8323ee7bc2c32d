import type { Operator } from './operator.ts'
import type { World } from './world.ts'

/** Between two looks at what is still to be told. */
const LOOK_MS = 30_000
/** After the longest pause between two tries of a lane, and after the quarter of an hour that a success rate is of. */
const TOLD_MS = 20 * 60_000
/** Where only the hourly watchdog can help, once it has been there. */
const UNTIMELY_MS = 65 * 60_000

interface HealthRow {
  state: string
  waiting: number
  last_delivered_at: number | null
}

interface AlertRow {
  id: string
  subject_id: string
  rule: string
  closed_at: number | null
}

/**
 * What objects owe to whoever looks at lists and is told of alerts: how each destination stands and how each replay went is in
 * D1 as their objects have it; what is wrong has an alert that is open, what is right has none, and of each that was opened or
 * closed somebody was told.
 */
export async function checkTold(world: World, operator: Operator, say: (what: string) => void): Promise<void> {
  const { clock, journal } = world
  const isUntimely = world.isUntimely || (journal.figures.faults['alarm dropped'] ?? 0) > 0
  const end = clock.now + (isUntimely ? UNTIMELY_MS : TOLD_MS)
  for (;;) {
    const [first] = [...untoldHealth(world, operator), ...untoldReplays(world), ...untoldAlerts(world, operator)]
    if (first === undefined || journal.violation !== null) return
    if (clock.now > end) return say(first)
    await clock.sleep(LOOK_MS)
  }
}

function* untoldHealth(world: World, operator: Operator): Generator<string> {
  for (const { id, alias, deleted } of operator.destinations) {
    const { core } = world.lanes.of(id)
    if (deleted || core.ledger().accepted === 0) continue
    const [row] = world.rows<HealthRow>(
      'SELECT state, waiting, last_delivered_at FROM destination_health WHERE destination_id = ?',
      [id],
    )
    const is = healthOf(world, id)
    const told = [row?.state, row?.waiting, row?.last_delivered_at].join()
    const now = [is?.state, is?.waiting, is?.lastDeliveredAt].join()
    if (told !== now) yield `lists have ${alias} as ${told}, it is ${now}`
  }
}

function* untoldReplays(world: World): Generator<string> {
  for (const [id, { core }] of world.replayObjects.all) {
    const report = core.last()
    const [row] = world.rows<{ state: string }>('SELECT state FROM replays WHERE id = ?', [id])
    if (report && row && row.state !== report.state)
      yield `lists have ${world.aliasOf(id)} as ${row.state}, it is ${report.state}`
  }
}

function* untoldAlerts(world: World, operator: Operator): Generator<string> {
  const alerts = world.rows<AlertRow>('SELECT id, subject_id, rule, closed_at FROM alerts')
  const openOf = (subject: string) => alerts.filter((one) => one.subject_id === subject && one.closed_at === null)
  for (const { id, alias, deleted } of operator.destinations) {
    const { core } = world.lanes.of(id)
    const health = deleted || core.ledger().accepted === 0 ? null : healthOf(world, id)
    // When nothing is pending any more.
    const expected = [
      ...(health && health.day.dead > 0 ? ['dead_letters'] : []),
      ...(health?.state === 'gone' ? ['disabled_by_receiver'] : []),
    ]
    const open = openOf(id).map(({ rule }) => rule)
    if (open.toSorted().join() !== expected.join())
      yield `${alias} has alerts of ${open.join()}, not of ${expected.join()}`
  }
  for (const [id, { core }] of world.replayObjects.all) {
    const has = alerts.some((one) => one.subject_id === id && one.rule === 'replay_failed')
    const isKnown = world.rows('SELECT id FROM replays WHERE id = ?', [id]).length > 0
    if (isKnown && has !== (core.last()?.state === 'failed'))
      yield `${world.aliasOf(id)} is ${core.last()?.state} and has ${has ? 'an' : 'no'} alert`
  }
  if (world.watch.hasParked && !alerts.some(({ rule }) => rule === 'parked_message'))
    yield 'a batch was parked and nobody was told'
  for (const { id, subject_id: subject, closed_at: closedAt } of alerts) {
    // What belongs to no lane is told once more by the hourly watchdog alone.
    if (!operator.destinations.some((one) => one.id === subject && !one.deleted)) continue
    if (!world.notices.taken.has(`${id}_opened`)) yield `${id} was opened and nobody was told`
    if (closedAt !== null && !world.notices.taken.has(`${id}_closed`)) yield `${id} was closed and nobody was told`
  }
}

function healthOf(world: World, id: string) {
  return world.lanes.of(id).core.metrics('1h').health
}

import type { Caller } from '../../accounts/index.ts'
import {
  integrationOfRow,
  nameInMail,
  type Rollout,
  ROLLOUT_SHARES,
  type RolloutShare,
  firstOfRollout,
  versionOf,
  within,
} from '../../settings/index.ts'
import { KINDS } from '../../integrations/index.ts'
import { messageOf, Refusal, refusal } from '../../refusal.ts'
import {
  bodyOfColumns,
  type Difference,
  differencesOf,
  isWordsOnly,
  refuseBroken,
  type RolloutFigures,
  type VersionBody,
  type VersionContent,
} from '../catalogue/index.ts'
import { getTriedIntegration, hasEndpoint, latestCertification } from '../certification/index.ts'
import { checked } from '../checked.ts'
import { inTurns } from '../in-turns.ts'
import { addressOfMaker, type VersionEntry } from '../lifecycle/index.ts'
import { getProgramme, mailInItsName } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { type LaneFigures, rolloutFigures } from './figures.ts'
import { newRevert } from './input.ts'
import {
  findVersion,
  getVersion,
  listBusyDestinations,
  listCustomerDestinations,
  listWatched,
  type VersionDescribed,
} from './queries.ts'
import { stepAfter } from './rules.ts'
import { deleteDraft, endRollout, endWatch, goBack, makeLive, putFigures, startRollout, widenRollout } from './store.ts'
import { comparisonWords, VERSION_REFUSALS, type VersionRefusal } from './words.ts'

/** Destinations among which the first is chosen, and that are shared out to be asked. */
const MOST_DESTINATIONS = 2_000
/** Lanes that one look asks, of those with the new version and of the others each; how long one may take. */
const MOST_ASKED = 20
const PARALLEL = 6
const ASK_MS = 10_000
/** Versions that one look sees to: others are seen to by the next. */
const MOST_WATCHED = 20
/** As long as a step is so young, its lanes are asked by the minute. */
const YOUNG_MS = 55 * 60_000

/** Who acts, and as what. */
export interface VersionActing {
  actor: 'partner' | 'reviewer'
  /** Name of the person or token. */
  who: string
  /** For a partner: the workspace that the integration has to be of. */
  workspaceId?: string
}

/**
 * Gives customers what was drafted: where only words are others, or nobody has it, at once; else to one destination of a hundred,
 * and step by step to all. Throws `Refusal` 404, or 409 with the code of the reason.
 */
export async function submitVersion(
  deps: ControlDeps,
  { who, workspaceId }: Required<Pick<VersionActing, 'who' | 'workspaceId'>>,
  id: string,
  number: number,
): Promise<VersionDescribed> {
  const { db, settings } = deps
  const described = await getVersion(db, id, number, workspaceId)
  const { row, live, version, body } = described
  if (version.state !== 'draft') throw refused('not_a_draft')
  if (row.rollout) throw refused('rollout_running')
  const differences = differencesOf(live, body)
  if (differences.length === 0) throw refused('nothing_changed')
  await refuseBroken(deps, row, body.content)
  const tried = await getTriedIntegration(db, workspaceId, id)
  if (hasEndpoint(tried.integration)) {
    const certification = await latestCertification(db, tried)
    if (certification?.isCertified !== true) throw refused('not_certified')
  }
  const of = { row, version }
  const certifiedVersion = tried.version
  const theirs = await listCustomerDestinations(db, row, MOST_DESTINATIONS)
  const isAtOnce = isWordsOnly(differences) || KINDS[row.kind].connectsAs !== 'destination' || theirs.length === 0
  const words = wordsOfChange(number, differences)
  const done = isAtOnce
    ? await makeLive(
        db,
        of,
        { before: live, body, certifiedVersion, watched: false },
        entryOf('version_live', who, words),
      )
    : await startRollout(
        db,
        of,
        rolloutOf(number, 1, firstOfRollout(number, theirs), body.content),
        certifiedVersion,
        entryOf('version_submitted', who, words),
      )
  if (!done) throw refused('changed_meanwhile')
  settings.invalidate()
  return getVersion(db, id, number, workspaceId)
}

/** What was drafted is forgotten; customers have had nothing of it. Throws 404 or 409. */
export async function deleteVersion(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  id: string,
  number: number,
): Promise<void> {
  const { version } = await getVersion(db, id, number, workspaceId)
  if (version.state !== 'draft' || !(await deleteDraft(db, id, number))) throw refused('not_a_draft')
}

/**
 * Customers have again what they had before this version, whether it was being rolled out or is live. Throws `Refusal` 404, or 409
 * with the code of the reason; reviewers have to say why.
 */
export async function revertVersion(
  deps: ControlDeps,
  caller: Pick<Caller, 'origin'>,
  { actor, who, workspaceId }: VersionActing,
  id: string,
  number: number,
  body: unknown,
): Promise<VersionDescribed> {
  const { words } = checked(newRevert, body)
  if (actor === 'reviewer' && words === '') throw refusal(400, 'Say why: the partner reads it.', 'words')
  const described = await getVersion(deps.db, id, number, workspaceId)
  const said = [`Version ${number}.`, words].filter(Boolean).join(' ')
  await takeBack(deps, described, 'reverted', words, { act: 'version_reverted', actor, who, words: said })
  if (actor === 'reviewer') await tell(deps, caller.origin, described, 'was taken back by a reviewer', words)
  return getVersion(deps.db, id, number, workspaceId)
}

/**
 * Every few minutes: whether versions that are rolled out go on, or are halted by what came of them. One query as long as there is
 * none. `origin`: where links in mails lead.
 */
export async function watchRollouts(deps: ControlDeps, origin: string | undefined): Promise<void> {
  const { db, ctx } = deps
  const watched = await listWatched(db, MOST_WATCHED)
  if (watched.length === 0) return
  const { rolloutMinutes } = await getProgramme(db)
  for (const { id, number } of watched) {
    try {
      await look(deps, origin, await getVersion(db, id, number), rolloutMinutes)
    } catch (error) {
      ctx.log('error', 'a rollout was not looked at', { integration: id, version: number, error: String(error) })
    }
  }
}

async function look(
  deps: ControlDeps,
  origin: string | undefined,
  described: VersionDescribed,
  minutes: number,
): Promise<void> {
  const { db, ctx } = deps
  const { row, version } = described
  const { since, share } = version
  if (since === null || share === null) return
  const figures = await askLanes(deps, described, since)
  await putFigures(db, { row, version }, figures)
  const next = stepAfter(figures, { since, minutes, now: ctx.now() })
  if (next === 'halt') await halt(deps, origin, described, comparisonWords(version.number, figures))
  if (next === 'go_on') await goOn(deps, origin, described, share)
}

/** The next share of destinations has it, and after ten in a hundred all. */
async function goOn(
  deps: ControlDeps,
  origin: string | undefined,
  described: VersionDescribed,
  share: RolloutShare,
): Promise<void> {
  const { db, settings } = deps
  const { row, version, body, live } = described
  const of = { row, version }
  const wider = ROLLOUT_SHARES.find((one) => one > share)
  if (wider === undefined) return void (await endWatch(db, of))
  const broken = await refuseBroken(deps, row, body.content).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Refusal) return messageOf(error.problems)
      throw error
    },
  )
  if (broken !== undefined) return halt(deps, origin, described, broken)
  if (wider < 100)
    await widenRollout(db, of, rolloutOf(version.number, wider, row.rollout?.first ?? null, body.content))
  else {
    const { certifiedVersion } = version
    const entry = entryOf('version_live', '', `Version ${version.number}.`)
    await makeLive(db, of, { before: live, body, certifiedVersion, watched: true }, { ...entry, actor: 'platform' })
  }
  settings.invalidate()
}

async function halt(
  deps: ControlDeps,
  origin: string | undefined,
  described: VersionDescribed,
  why: string,
): Promise<void> {
  const entry = { act: 'version_halted' as const, actor: 'platform' as const, who: '', words: why }
  await takeBack(deps, described, 'halted', why, entry)
  await tell(deps, origin, described, 'was halted: customers have again what they had before', why)
}

async function takeBack(
  deps: ControlDeps,
  { row, live, version }: VersionDescribed,
  state: 'halted' | 'reverted',
  why: string,
  entry: VersionEntry,
): Promise<void> {
  const { db, settings } = deps
  const of = { row, version }
  let done: boolean
  if (version.state === 'rolling') done = await endRollout(db, of, state, why, entry)
  else if (version.state === 'live' && !row.rollout) {
    const previous = version.previous === null ? undefined : await findVersion(db, row.id, version.previous)
    if (!previous) throw refused('none_before')
    const body = await bodyBefore(deps, row, live, bodyOfColumns(previous))
    done = await goBack(db, of, previous, { before: live, body, state, why }, entry)
  } else throw refused(row.rollout ? 'rollout_running' : 'not_in_force')
  if (!done) throw refused('changed_meanwhile')
  settings.invalidate()
}

/**
 * What customers have when a version is live again. Where they have filled in meanwhile what it does not know, settings and regions
 * stay that it has not: it is to be live at once, and nothing that they gave becomes invalid.
 */
async function bodyBefore(
  deps: ControlDeps,
  row: VersionDescribed['row'],
  live: VersionBody,
  before: VersionBody,
): Promise<VersionBody> {
  try {
    await refuseBroken(deps, row, before.content)
    return before
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  const regions = before.content.regions ?? []
  const more = (live.content.regions ?? []).filter(({ id }) => regions.every((one) => one.id !== id))
  const all = [...regions, ...more]
  const content = { ...before.content, fields: live.content.fields, regions: all.length > 0 ? all : null }
  return { ...before, content }
}

/** Figures of the busiest destinations with the new version, and with the old one. Whoever does not answer is left out. */
async function askLanes(
  { db, ctx, lane }: ControlDeps,
  { row, version }: VersionDescribed,
  since: number,
): Promise<RolloutFigures> {
  const ids = await listBusyDestinations(db, row.id, MOST_DESTINATIONS)
  const isNew = (id: string) => versionOf(row, id) === version.number
  const asked = [...ids.filter(isNew).slice(0, MOST_ASKED), ...ids.filter((id) => !isNew(id)).slice(0, MOST_ASKED)]
  const isYoung = ctx.now() - since < YOUNG_MS
  const figuresOf = async (id: string, period: '1h' | '24h') =>
    (await within(ctx, lane(id).metrics(period), ASK_MS)).figures ?? null
  const answers: LaneFigures[] = []
  await inTurns(asked, PARALLEL, async (id) => {
    try {
      const day = await figuresOf(id, '24h')
      const hour = isYoung ? await figuresOf(id, '1h') : null
      if (day) answers.push({ day, hour, isNew: isNew(id) })
    } catch (error) {
      ctx.log('warn', 'figures of a lane were not read', { destination: id, error: String(error) })
    }
  })
  return rolloutFigures(answers, since, version.figures)
}

function rolloutOf(number: number, share: RolloutShare, first: string | null, content: VersionContent): Rollout {
  const { endpoint, regions, supports, device, rate, maxInFlight, batch, fields } = content
  const reach = fields.map(({ name, type, format, scope }) => ({
    name,
    type,
    ...(format && { format }),
    ...(scope && { scope }),
  }))
  return { number, share, first, sent: { endpoint, regions, supports, device, rate, maxInFlight, batch }, reach }
}

const entryOf = (act: VersionEntry['act'], who: string, words: string): VersionEntry => ({
  act,
  actor: 'partner',
  who,
  words,
})

/** What of it is another, for the record: names alone, as values may be long. */
function wordsOfChange(number: number, differences: readonly Difference[]): string {
  const fields = differences.map(({ field }) => field)
  const more = fields.length > 12 ? ` and ${fields.length - 12} more` : ''
  return `Version ${number}: ${fields.slice(0, 12).join(', ')}${more}.`
}

async function tell(
  deps: ControlDeps,
  origin: string | undefined,
  { row, version }: VersionDescribed,
  what: string,
  why: string,
): Promise<void> {
  const to = await addressOfMaker(deps.db, row.workspaceId)
  if (to === null) return
  const called = `Version ${version.number} of ${nameInMail(integrationOfRow(row).name)}`
  const link = origin === undefined ? [] : [`${origin}/integrations/${row.id}/versions/${version.number}`]
  await mailInItsName(deps, to, `${called} ${what.split(':')[0]}`, [
    `${called} ${what}.`,
    ...(why === '' ? [] : [why]),
    ...link,
  ])
}

function refused(code: VersionRefusal): Refusal {
  return new Refusal(409, { message: VERSION_REFUSALS[code], code })
}

import type { Caller } from '../../accounts/index.ts'
import { type Integration, KINDS } from '../../integrations/index.ts'
import { Refusal, refusal } from '../../refusal.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { disableDestination, nameInMail } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { getDestination } from '../destinations/index.ts'
import { inTurns } from '../in-turns.ts'
import { afterBusinessDays, hashOf } from '../partners/index.ts'
import { getProgramme, mailInItsName, mailItsContact } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { consentChanges, newAct, newBetaLink } from './input.ts'
import { type Consent, consentOf, countCustomersOf, isOthers } from './customer-queries.ts'
import {
  addressOfMaker,
  describeStanding,
  findInvited,
  getLiving,
  listEnding,
  listInBeta,
  listStopped,
  type Living,
} from './queries.ts'
import {
  type LifeAct,
  ACT_REFUSALS,
  type ActRefusal,
  type LifeActor,
  OWN_DECISION,
  refusalOf,
  LIFE_TRANSITIONS,
} from './states.ts'
import {
  deleteBetaLink,
  insertAct,
  insertBetaLink,
  insertGuest,
  listEnabled,
  tidyBetaLinks,
  updateFilled,
  upsertConsent,
} from './store.ts'
import { mailAfter, STATE_WORDS } from './words.ts'

export { insertVersionEntry, type VersionEntry } from './store.ts'

/** A date at which an integration ends is so far away. */
const NOTICE_DAYS = { least: 30, most: 730 }
/** Destinations that one stop switches off before it answers; the hourly look goes on. */
const MOST_STOPPED = 500
const PARALLEL = 6
/** Integrations that one hourly look ends. */
const MOST_ENDED = 20
/** Integrations that are counted hourly. */
const MOST_COUNTED = 100

/** Who acts, and as what. */
export interface Acting {
  actor: Exclude<LifeActor, 'platform'>
  /** Name of the person or token. */
  who: string
  /** Id of the person; tokens are one person. */
  whoId: string
  /** For a partner: the workspace that the integration has to be of. */
  workspaceId?: string
}

/**
 * Does with an integration what its state and the role of whoever acts allow. `body` is what a caller sent. Throws `Refusal` 400
 * with every problem and its field, 404, or 409 with the code of the reason.
 */
export async function actOn(
  deps: ControlDeps,
  caller: Caller,
  acting: Acting,
  id: string,
  body: unknown,
): Promise<Living> {
  const { act, words, endsAt } = checked(newAct, body)
  const { db, ctx } = deps
  const living = await getLiving(db, id, acting.workspaceId)
  const { standing } = await describeStanding(db, living, { whoId: acting.whoId })
  const refused = refusalOf(act, [acting.actor], standing)
  if (refused !== undefined) throw refusedAct(refused, living)
  if (endsAt !== undefined) checkNotice(endsAt, ctx.now())
  const { next } = LIFE_TRANSITIONS[act]
  const dueAt = next === 'us' ? afterBusinessDays(ctx.now(), (await getProgramme(db)).promisedDays) : null
  await take(deps, caller.origin, living, {
    act,
    actor: acting.actor,
    who: acting.who,
    whoId: acting.actor === 'partner' ? OWN_DECISION : acting.whoId,
    words,
    dueAt,
    endsAt: endsAt ?? null,
  })
  return getLiving(db, id)
}

const OF_PLATFORM = { actor: 'platform', who: '', whoId: null, dueAt: null, endsAt: null } as const

/**
 * Does with an integration what the platform does by itself, if the table allows it; `false`: it does not, or somebody was faster.
 * `endsAt`: for `deprecate`. `origin`: where links in mails lead.
 */
export async function actByPlatform(
  deps: ControlDeps,
  origin: string | undefined,
  id: string,
  { act, words, endsAt = null }: { act: LifeAct; words: string; endsAt?: number | null },
): Promise<boolean> {
  const living = await getLiving(deps.db, id)
  const { standing } = await describeStanding(deps.db, living)
  if (refusalOf(act, ['platform'], standing) !== undefined) return false
  try {
    await take(deps, origin, living, { ...OF_PLATFORM, act, words, endsAt })
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

/** Makes an invitation to the private beta. Throws 409 when it is in no beta. */
export async function createBetaLink(
  { db }: Pick<ControlDeps, 'db'>,
  { origin }: Pick<Caller, 'origin'>,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<{ id: string; url: string; expiresAt: number }> {
  const given = checked(newBetaLink, body)
  const { integration } = await getLiving(db, id, workspaceId)
  if (integration.status !== 'PRIVATE_BETA') {
    const words = `Only what is in private beta is by invitation; this is “${STATE_WORDS[integration.status]}”.`
    throw new Refusal(409, { message: words, code: 'wrong_state' })
  }
  const { token, ...made } = await insertBetaLink(db, id, given)
  return { ...made, url: `${origin}/beta/${token}` }
}

/** Nobody follows it any more; who has stays. Throws 404. */
export async function withdrawBetaLink(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  id: string,
  linkId: string,
): Promise<void> {
  await getLiving(db, id, workspaceId)
  if (!(await deleteBetaLink(db, id, linkId))) throw refusal(404, `There is no invitation ${linkId}.`)
}

/** A workspace follows an invitation: from now on it finds the integration. Throws 404 or 409. */
export async function joinBeta({ db }: Pick<ControlDeps, 'db'>, workspaceId: string, token: string): Promise<Living> {
  const hash = await hashOf(token)
  const invited = await findInvited(db, hash, workspaceId)
  if (!invited) throw refusal(404, 'This invitation is too old, was withdrawn, or is none of ours.')
  if (invited.integration.status !== 'PRIVATE_BETA')
    throw refusal(409, 'This integration is not in private beta any more.')
  if (!(await insertGuest(db, hash, workspaceId))) {
    throw refusal(409, 'This invitation was used as often as it may be. Ask whoever gave it to you for another one.')
  }
  return invited
}

/**
 * Hourly: what is deprecated ends at its date, what was stopped is switched off where that was not finished, and invitations
 * that are too old go. `origin`: where links in mails lead.
 */
export async function tidyLifecycles(deps: ControlDeps, origin: string | undefined): Promise<void> {
  const { db } = deps
  await tidyBetaLinks(db)
  for (const living of await listEnding(db, MOST_ENDED)) {
    await take(deps, origin, living, { ...OF_PLATFORM, act: 'end', words: '' })
  }
  for (const { integration } of await listStopped(db, MOST_ENDED)) await switchOff(deps, integration)
  for (const living of await listInBeta(db, MOST_COUNTED)) await publishIfUsed(deps, origin, living)
}

/** What the maker of what a destination sends to is told of the workspace. Throws 404, 409 where nobody has made it. */
export async function updateConsent(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  destinationId: string,
  body: unknown,
): Promise<Consent> {
  const { named, samples } = checked(consentChanges, body)
  const { integration } = await getDestination(db, workspaceId, destinationId)
  if (!isOthers(integration, workspaceId)) throw refusal(409, 'No partner has made this, so nobody is told of you.')
  const changes = { ...(named !== undefined && { named }), ...(samples !== undefined && { samples }) }
  await upsertConsent(db, { workspaceId, integrationId: integration.id }, changes)
  return consentOf(db, workspaceId, integration.id)
}

/** Public as soon as enough customers use it. */
async function publishIfUsed(deps: ControlDeps, origin: string | undefined, living: Living): Promise<void> {
  const { db } = deps
  const { filled, rule } = await countCustomersOf(db, living.integration.id)
  await updateFilled(db, living.integration.id, filled)
  const { standing } = await describeStanding(db, living, { customers: filled >= rule.needed })
  if (refusalOf('publish', ['platform'], standing) !== undefined) return
  const words = `${rule.needed} customers have each had deliveries on ${rule.days} of the last ${rule.window} days.`
  await take(deps, origin, living, { ...OF_PLATFORM, act: 'publish', words })
}

function refusedAct(code: ActRefusal, { integration }: Living): Refusal {
  const words = code === 'wrong_state' ? ` It is “${STATE_WORDS[integration.status]}”.` : ''
  return new Refusal(409, { message: `${ACT_REFUSALS[code]}${words}`, field: 'act', code })
}

function checkNotice(endsAt: number, now: number): void {
  const { least, most } = NOTICE_DAYS
  const days = (endsAt - now) / DAY_MS
  if (days >= least && days <= most) return
  throw refusal(400, `Customers have ${least} days at least and ${most} at most to move.`, 'endsAt')
}

async function take(
  deps: ControlDeps,
  origin: string | undefined,
  living: Living,
  taken: Parameters<typeof insertAct>[2],
) {
  const { db, settings } = deps
  const { integration } = living
  if (!(await insertAct(db, integration.id, taken))) {
    const now = await getLiving(db, integration.id)
    throw refusedAct('wrong_state', now)
  }
  settings.invalidate()
  if (LIFE_TRANSITIONS[taken.act].to === 'UNAVAILABLE') await switchOff(deps, integration, taken.words)
  await tell(deps, origin, living, taken)
}

const linked = (origin: string | undefined, path: string) => (origin === undefined ? [] : [`${origin}${path}`])

/** The other side hears of it. */
async function tell(
  deps: ControlDeps,
  origin: string | undefined,
  { integration, company }: Living,
  { act, actor, words }: { act: LifeAct; actor: LifeActor; words: string },
): Promise<void> {
  const { id, name, maker = '' } = integration
  const said = words === '' ? [] : [words]
  if (actor === 'partner') {
    if (LIFE_TRANSITIONS[act].next !== 'us') return
    const subject = `${nameInMail(company ?? '')} ${act === 'submit' ? 'submits' : act === 'appeal' ? 'appeals about' : 'answers about'} ${nameInMail(name)}`
    await mailItsContact(deps, subject, [...said, ...linked(origin, `/submissions/${id}`)])
    return
  }
  const to = await addressOfMaker(deps.db, maker)
  if (to === null) return
  const [subject, sentence] = mailAfter(act, name)
  await mailInItsName(deps, to, subject, [sentence, ...said, ...linked(origin, `/integrations/${id}/lifecycle`)])
}

/** Switches off some of what sends to it, with a notice that its owners read. Whatever dies, the hourly look goes on. */
async function switchOff(
  { db, lane, ctx, settings }: ControlDeps,
  { id, name, kind }: Integration,
  words = '',
): Promise<void> {
  const notice = `${name} is not available any more.${words === '' ? '' : ` ${words}`}`
  const isSent = KINDS[kind].carriers.includes('lane')
  await inTurns(await listEnabled(db, id, MOST_STOPPED), PARALLEL, async (destination) => {
    const config = await disableDestination(db, destination, notice)
    if (!config || !isSent) return
    await lane(destination)
      .configure(config)
      .catch((error: unknown) => ctx.log('warn', 'a lane was not told', { destination, error: String(error) }))
  })
  settings.invalidate()
}

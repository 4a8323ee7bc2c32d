/** Somebody who is no partner asks a customer for their events, and the customer gives them. */
import { Buffer } from 'node:buffer'
import { type Caller, countersFrom, patienceOf } from '../../accounts/index.ts'
import { refuseAddress } from '../../integrations/index.ts'
import { messageOf, Refusal, refusal } from '../../refusal.ts'
import { type Destination, nameInMail } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { createDestination, deleteDestination } from '../destinations/index.ts'
import { mailInItsName } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { newSharedStream, newStreamRequest } from './input.ts'
import { findSharedStream, findStreamRequest } from './queries.ts'
import {
  confirmStreamRow,
  insertSharedStream,
  insertStreamRequest,
  reopenStreamLink,
  spendStreamLink,
  tidyStreamRows,
} from './store.ts'

/** Of the key that requests are signed with. */
const SECRET_BYTES = 32

/**
 * Takes a request in and mails a link that proves the address. `body` is what a stranger sent. Throws `Refusal` 400 with
 * every problem and its field, 409 where no mail is sent or (with `Retry-After`) when it was tried too often.
 */
export async function createStreamRequest(deps: ControlDeps, caller: Caller, body: unknown): Promise<void> {
  const { db, accounts, allowLocal } = deps
  const given = checked(newStreamRequest, body)
  const why = refuseAddress(given.url, allowLocal)
  if (why !== undefined) throw refusal(400, `This address ${why}.`, 'url')
  if (!accounts.mailWebhook) throw refusal(409, 'This deployment sends no mail, so no address can be proven.')
  const full = await patienceOf(caller, accounts, countersFrom(caller.address, 'stream', given.email))
  if (full) throw refusal(409, messageOf(full.problems))
  const token = await insertStreamRequest(db, { ...given, calls: [...new Set(given.calls)] })
  await mailInItsName(deps, given.email, 'Confirm what you ask for', [
    'Confirm with this link that it is you who asks a customer for their events. It works once, for seven days:',
    `${caller.origin}/partners/immediate-access/confirm/${token}`,
    'If you asked for nothing, do nothing: it is deleted by itself.',
  ])
}

/** What whoever asks has to know: both are shown this once. */
export interface StreamConfirmed {
  /** What they send to their customer. */
  link: string
  signingSecret: string
}

/** The address is proven. `undefined`: the link is spent, too old or none. */
export async function confirmStreamRequest(
  deps: ControlDeps,
  caller: Caller,
  token: string,
): Promise<StreamConfirmed | undefined> {
  const { db, ctx } = deps
  const request = await findStreamRequest(db, 'unconfirmed', token)
  if (!request) return undefined
  const signingSecret = `whsec_${Buffer.from(ctx.randomBytes(SECRET_BYTES)).toString('base64')}`
  const customer = await confirmStreamRow(db, request, signingSecret)
  if (customer === undefined) return undefined
  const link = `${caller.origin}/streams/${customer}`
  await mailInItsName(deps, request.email, 'The link for your customer', [
    'Send this link to your customer. It works once, for fourteen days; they sign in, see what you ask for, and give it:',
    link,
  ])
  return { link, signingSecret }
}

/**
 * A customer gives what was asked for: a signed webhook of one of their sources, of those calls alone. Throws 404 where the
 * link is spent, too old or none, and what making a destination throws: then the link is good again.
 */
export async function giveStream(
  deps: ControlDeps,
  workspaceId: string,
  givenBy: string,
  body: unknown,
): Promise<Destination> {
  const { db } = deps
  const { token, sourceId } = checked(newSharedStream, body)
  const request = await findStreamRequest(db, 'waiting', token)
  const signingSecret = request && (await spendStreamLink(db, request))
  if (!request || signingSecret === undefined) {
    throw refusal(404, 'This link was used already, is too old, or is none of ours.')
  }
  const settings = { urls: [request.url], calls: request.calls, signingSecret }
  const make = (name?: string) =>
    createDestination(deps, workspaceId, { sourceId, metadataId: 'webhooks', settings, ...(name && { name }) })
  try {
    // Somebody may have given them another source's before, or called another one so.
    const destination = await make(request.company).catch((error: unknown) => {
      if (error instanceof Refusal && error.problems.some(({ field }) => field === 'name')) return make()
      throw error
    })
    await insertSharedStream(db, request, { destinationId: destination.id, workspaceId, givenBy })
    await mailInItsName(deps, request.email, 'Events are on their way', [
      `Your customer has confirmed. Events of ${request.calls.join(', ')} come to ${new URL(request.url).host} from now on, signed with the secret that you were shown.`,
    ])
    return destination
  } catch (error) {
    await reopenStreamLink(db, request)
    throw error
  }
}

/** Takes a stream back: its destination goes, with what it still owes. Throws 404 where it was given to nobody. */
export async function revokeStream(deps: ControlDeps, workspaceId: string, destinationId: string): Promise<void> {
  const shared = await findSharedStream(deps.db, workspaceId, destinationId)
  if (!shared) throw refusal(404, 'This was given to nobody.')
  await deleteDestination(deps, workspaceId, destinationId)
  await mailInItsName(deps, shared.email, 'Your customer has ended it', [
    `${nameInMail(shared.company)} gets no more events of this customer from now on. Ask them, if you do not know why.`,
  ])
}

/** Hourly. */
export function tidyStreamRequests({ db }: Pick<ControlDeps, 'db'>): Promise<void> {
  return tidyStreamRows(db)
}

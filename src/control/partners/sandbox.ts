import { and, eq, isNull } from 'drizzle-orm'
import { type Caller, joinAsOwner, personOfProvenAddress } from '../../accounts/index.ts'
import { randomId } from '../../context.ts'
import { refusal } from '../../refusal.ts'
import { type Database, ensureWorkspace, nameProblem } from '../../settings/index.ts'
import type { ShopReport } from '../../shop/index.ts'
import type { ControlDeps } from '../request.ts'
import { createSource, listSources } from '../sources/index.ts'
import type { Application } from './queries.ts'
import { applications } from './schema.ts'

/** What the source of the synthetic shop is called. */
const SHOP = { slug: 'synthetic-shop', name: 'Synthetic shop', metadataId: 'javascript' }

/** A sandbox, and how its shop fares. */
export interface Sandbox {
  workspaceId: string
  sourceId: string
  shop: ShopReport
}

/**
 * The sandbox of an application, made as far as it is not there: a workspace that never counts as a customer, with its
 * applicant as owner, and a source that a synthetic shop sends to. Each part may be there already, so that whatever died
 * half-way is made whole by the next call. `token`: what signs a new person in.
 */
export async function ensureSandbox(
  deps: ControlDeps,
  { origin }: Pick<Caller, 'origin'>,
  application: Pick<Application, 'id' | 'company' | 'email'>,
): Promise<Sandbox & { token?: string }> {
  const { db, accounts } = deps
  const { id, company, email } = application
  const workspaceId = await claimSandbox(db, id, randomId(db.ctx, 'ws_'))
  const name = `${company} sandbox`
  await ensureWorkspace(db, { id: workspaceId, name: nameProblem(name) === undefined ? name : company, sandbox: true })
  const { userId, token } = await personOfProvenAddress(accounts, origin, { email, name: company })
  await joinAsOwner(accounts, workspaceId, userId)
  const source = await shopSource(deps, workspaceId)
  const shop = await deps.shop(source.id).open({ writeKey: source.writeKeys[0] ?? '', seed: seedOf(id) })
  await setShop(db, id, source.id)
  return { workspaceId, sourceId: source.id, shop, ...(token !== undefined && { token }) }
}

async function shopSource(deps: ControlDeps, workspaceId: string) {
  const find = async () => {
    const { lines } = await listSources(deps.db, workspaceId, { count: 200 })
    return lines.find(({ slug }) => slug === SHOP.slug)
  }
  const known = await find()
  if (known) return known
  try {
    return await createSource(deps, workspaceId, SHOP)
  } catch (error) {
    // Of two at once the other has made it.
    const made = await find()
    if (made) return made
    throw error
  }
}

/** Of an application's id a number that is always the same. */
function seedOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0
  return hash
}

/** The id of an application's sandbox: `wanted`, unless it has one. One transaction. */
async function claimSandbox({ orm }: Database, id: string, wanted: string): Promise<string> {
  const [, [row]] = await orm.batch([
    orm
      .update(applications)
      .set({ workspaceId: wanted })
      .where(and(eq(applications.id, id), isNull(applications.workspaceId))),
    orm.select({ workspaceId: applications.workspaceId }).from(applications).where(eq(applications.id, id)),
  ])
  if (!row?.workspaceId) throw refusal(404, `There is no application ${id}.`)
  return row.workspaceId
}

async function setShop({ orm }: Database, id: string, shopId: string): Promise<void> {
  await orm.update(applications).set({ shopId }).where(eq(applications.id, id))
}

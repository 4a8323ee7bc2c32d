import { type Context, randomId } from '../../context.ts'
import { type Check, WarehouseError } from '../connector.ts'
import { Catalog } from './catalog.ts'
import { OURS } from './columns.ts'
import type { GuardedSettings } from './settings.ts'
import { LakeTable } from './table.ts'

/** A namespace of which nothing is left. */
const NAMESPACE = `${OURS}check`

/** Looks at a lake step by step, up to the first that fails: address, token and warehouse, a table, a file. */
export async function checkLake(ctx: Context, settings: GuardedSettings): Promise<Check[]> {
  const checks: Check[] = []
  /** Whether one may go on. */
  const step = async (code: string, words: string, does: () => Promise<void>): Promise<boolean> => {
    try {
      await does()
      checks.push({ code, ok: true, words })
      return true
    } catch (error) {
      const isOurs = error instanceof WarehouseError
      checks.push({ code, ok: false, words: isOurs ? error.message : 'Something went wrong that should not.' })
      if (!isOurs) ctx.log('error', 'check of a lake failed', { error: String(error) })
      return false
    }
  }

  const name = randomId(ctx, 'check_', 12)
  let catalog: Catalog | undefined
  const opened = await step(
    'catalogue',
    'The catalogue answers, the token is taken, the warehouse is there.',
    async () => {
      catalog = await Catalog.open(ctx, settings)
      await catalog.tables(NAMESPACE)
    },
  )
  if (!opened || catalog === undefined) return checks
  const lake = catalog
  let table: LakeTable | undefined
  const made = await step('create', 'A namespace and a table could be made.', async () => {
    await lake.createNamespace(NAMESPACE)
    const fields = [{ id: 1, name: 'id', required: false, type: 'string' }]
    table = new LakeTable(ctx, settings, await lake.create(NAMESPACE, name, { schema: { type: 'struct', fields } }))
  })
  const of = table
  if (made && of !== undefined) {
    await step('storage', 'A file could be written, read and removed.', async () => {
      const path = of.newPath('data', 'txt')
      await of.storage.put(path, Uint8Array.from(new TextEncoder().encode('check')))
      const read = new TextDecoder().decode(await of.storage.get(path))
      await of.storage.remove(path)
      if (read !== 'check') throw new WarehouseError('storage', 'A file came back other than it was written.', false)
    })
  }
  await step('clean', 'Nothing of the check is left.', async () => {
    await lake.dropTable(NAMESPACE, name)
    await lake.dropNamespace(NAMESPACE)
  })
  if (checks.every(({ ok }) => ok)) {
    checks.push({
      code: 'together',
      ok: true,
      words: lake.transactional
        ? 'The catalogue commits several tables at once: a sync is seen whole or not at all.'
        : 'The catalogue commits table by table: for some seconds of a sync one table may be ahead of another.',
    })
  }
  return checks
}

// Brings the local database up to date, in a process of its own: `node migrate.mjs <state> [<kept>]`. As `wrangler d1 migrations
// apply --local` does it and in the same table, but with the runtime alone, which takes a fifth of the time. A database that is
// only just made is the same every time, so the first one is kept for the next, in `kept` or among the packages.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './options.mjs'

const [state, kept = join(root, 'node_modules', '.cache', 'sluice-migrated')] = process.argv.slice(2)
const folder = join(root, 'migrations')
const APPLIED = 'd1_migrations'

const database = join(state, 'v3')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .toSorted()
const first = join(kept, fingerprint())

const isNew = !existsSync(database)
if (!isNew || !copy(first, database)) {
  await migrate()
  if (isNew) keep()
}

/** Of what a new database is made of. */
function fingerprint() {
  const hash = createHash('sha256')
  const runtime = join(root, 'node_modules', 'miniflare', 'package.json')
  for (const file of [runtime, ...names.map((name) => join(folder, name))]) hash.update(readFileSync(file))
  return hash.digest('hex')
}

/** The database for the next who needs a new one; older ones fit nobody any more. */
function keep() {
  if (!copy(database, first)) return
  for (const name of readdirSync(kept)) {
    const path = join(kept, name)
    if (path !== first) rmSync(path, { recursive: true, force: true })
  }
}

/** Whole or not at all; `false` when it is not there or cannot be copied: without a copy it only takes longer. */
function copy(from, to) {
  const fresh = `${to}.${process.pid}`
  try {
    if (!existsSync(from)) return false
    mkdirSync(dirname(to), { recursive: true })
    // SQLite makes that file anew.
    cpSync(from, fresh, { recursive: true, filter: (path) => !path.endsWith('-shm') })
    renameSync(fresh, to)
    return true
  } catch {
    rmSync(fresh, { recursive: true, force: true })
    return false
  }
}

async function migrate() {
  // Half a second to load, and most starts need it not.
  const { convertV4MiniflareOptions, Miniflare } = await import('miniflare')
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: '',
      // Or it would ask the network where it is.
      cf: false,
      // Without an id in wrangler.toml a database is called as its binding.
      d1Databases: { DB: 'DB' },
      resourcePersistencePath: database,
    }),
  )
  try {
    await apply(await runtime.getD1Database('DB'))
  } finally {
    await runtime.dispose()
  }
}

async function apply(db) {
  const columns =
    'id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL'
  await db.prepare(`CREATE TABLE IF NOT EXISTS ${APPLIED} (${columns})`).run()
  const { results } = await db.prepare(`SELECT name FROM ${APPLIED}`).all()
  const applied = new Set(results.map(({ name }) => name))
  for (const name of names.filter((name) => !applied.has(name))) {
    const statements = readFileSync(join(folder, name), 'utf8').split('--> statement-breakpoint')
    const noted = db.prepare(`INSERT INTO ${APPLIED} (name) VALUES (?)`).bind(name)
    // One transaction a file.
    await db.batch([...statements.map((statement) => db.prepare(statement)), noted])
  }
}

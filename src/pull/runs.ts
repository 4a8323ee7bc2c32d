import { type Context, randomId } from '../context.ts'
import { type PullTerms, type PullTrouble, type Vendor, wantedOf } from './protocol.ts'
import type { StoredPass, StoredPuller, StoredRun } from './store.ts'

/** Troubles of a run that are kept. */
const MOST_TROUBLES = 50
/** For so long an event that comes again is sure to be dropped: a day, but for a run that is slow. */
const KNOWN_AGAIN_MS = 12 * 3_600_000

/** The run that begins now, of what is wanted. `everyMs`: from one to the next; `overlapMs`: clocks differ by so much. */
export function newRun(
  state: StoredPuller,
  terms: PullTerms,
  ctx: Context,
  { everyMs, overlapMs }: { everyMs: number; overlapMs: number },
): StoredRun {
  const now = ctx.now()
  const { vendor } = terms
  const wanted = [...wantedOf(terms)]
  const isKnown = (name: string) => now - (state.known[name] ?? -Infinity) < vendor.changesMs
  const missing = new Set(wanted.filter((name) => !isKnown(name)))
  const toCome: StoredPass[] = (missing.size > 0 ? vendor.wholePasses(missing) : []).map((pass) => ({
    pass,
    since: null,
  }))
  const whole = new Set(toCome.map(({ pass }) => pass))
  const sinces = Object.fromEntries(
    wanted.flatMap((name) => {
      // A list does not say what was deleted while nobody looked: changes do.
      const all = [state.known[name], state.missed[name]].flatMap((at) =>
        at !== undefined && now - at < vendor.changesMs ? [at] : [],
      )
      return all.length > 0 ? [[name, Math.min(...all)]] : []
    }),
  )
  // What happens is told for destinations too, whichever collections are wanted.
  const heard = [state.heard].flatMap((at) =>
    state.eventsSince !== undefined && at !== null && now - at < vendor.changesMs ? [at] : [],
  )
  const changed = new Set(Object.keys(sinces))
  for (const pass of changed.size > 0 || heard.length > 0 ? vendor.changePasses(changed) : []) {
    if (whole.has(pass)) continue
    const of = Object.keys(sinces).filter((name) => changesOf(vendor, name).includes(pass))
    const since = Math.min(...of.map((name) => sinces[name] ?? now), ...heard)
    const pause = vendor.everyMs?.(pass)
    // Runs begin a little later than they are due.
    const isDue = pause === undefined || now - (state.rare[pass] ?? -Infinity) > pause - everyMs / 2
    if (isDue) toCome.push({ pass, since: since - overlapMs })
  }
  return {
    id: randomId(ctx, 'pul_'),
    cause: state.wanted ?? 'schedule',
    startedAt: now,
    endedAt: null,
    objects: 0,
    calls: 0,
    passes: { done: 0, all: toCome.length, current: toCome[0]?.pass ?? null },
    expected: null,
    troubles: [],
    unread: [],
    toCome,
    asked: toCome.map(({ pass }) => pass),
    cursor: null,
    page: 0,
    begun: 0,
    wholes: [...missing],
    ...(state.eventsSince !== undefined && {
      eventsSince: Math.max(state.eventsSince, overlapped(state.heard, now, overlapMs)),
    }),
    sizes: null,
    read: 0,
  }
}

/** Where the last run began, or some time before: who takes the same once more knows it again for some hours only. */
function overlapped(since: number | null, now: number, overlapMs: number): number {
  const isRecent = since !== null && now - since < KNOWN_AGAIN_MS
  return (since ?? 0) - (isRecent ? overlapMs : 0)
}

/** Of a collection changes are missed from now on: it is read whole when it is read again. */
export function forget(state: StoredPuller, name: string): void {
  const since = state.known[name] ?? state.run?.startedAt
  if (since !== undefined) state.missed[name] ??= since
  delete state.known[name]
}

function changesOf(vendor: Vendor, name: string): string[] {
  return vendor.changePasses(new Set([name]))
}

export function wholesOf(vendor: Vendor, name: string): string[] {
  return vendor.wholePasses(new Set([name]))
}

/** What is known now that a run is over: what it could not read is asked for again, from where the last one began that could. */
export function noteKnown(state: StoredPuller, run: StoredRun, vendor: Vendor): void {
  const unread = new Set(run.unread)
  const asked = new Set(run.asked)
  const isRare = (pass: string) => vendor.everyMs?.(pass) !== undefined
  /** Of those that are read rarely some are not read now. */
  const isRead = (passes: readonly string[]) =>
    passes.some((pass) => asked.has(pass)) &&
    passes.every((pass) => (asked.has(pass) ? !unread.has(pass) : isRare(pass)))
  const at = run.startedAt
  for (const name of Object.keys(state.known)) if (isRead(changesOf(vendor, name))) state.known[name] = at
  for (const name of run.wholes) if (isRead(wholesOf(vendor, name))) state.known[name] = at
  for (const name of Object.keys(state.known)) if (isRead(changesOf(vendor, name))) delete state.missed[name]
  if (!vendor.changePasses(new Set(vendor.collections)).some((pass) => unread.has(pass))) state.heard = at
  for (const pass of asked) if (isRare(pass) && !unread.has(pass)) state.rare[pass] = at
}

/** What is not read anew is read whole, when it can be. */
export function noteUnreadable(
  state: StoredPuller,
  run: StoredRun,
  trouble: PullTrouble & { pass: string },
  vendor: Vendor,
): void {
  const { pass } = trouble
  if (!run.unread.includes(pass)) noteTrouble(run, trouble)
  for (const name of Object.keys(state.known)) if (wholesOf(vendor, name).includes(pass)) forget(state, name)
}

/** A pass could not be read. */
export function noteTrouble(run: StoredRun, trouble: PullTrouble & { pass: string }): void {
  run.unread = [...run.unread, trouble.pass]
  run.troubles = [...run.troubles, trouble].slice(0, MOST_TROUBLES)
}

/** The pass under way is over. */
export function nextPass(run: StoredRun): void {
  const done = run.toCome.shift()
  Object.assign(run, { cursor: null, page: 0, begun: 0, read: 0 })
  run.passes.done++
  run.passes.current = run.toCome[0]?.pass ?? null
  const { sizes, expected } = run
  // What was counted before it was read is not what was read.
  if (expected && sizes && done) run.expected = { ...expected, read: readBy(run, sizes) }
}

/** A page of it was read. */
export function noteRead(run: StoredRun, objects: number): void {
  run.read += objects
  if (run.expected && run.sizes) run.expected = { ...run.expected, read: readBy(run, run.sizes) }
}

/** How many there are of what a run reads whole, about, when the vendor has said it of some. */
export function noteSizes(run: StoredRun, sizes: Record<string, number>): void {
  const known = Object.values(sizes)
  const sum = known.reduce((all, size) => all + size, 0)
  const middle = known.length > 0 ? Math.round(sum / known.length) : 0
  const whole = run.toCome.filter(({ since }) => since === null).map(({ pass }) => pass)
  // Of some nobody can say it: they are taken for as large as the others.
  run.sizes = Object.fromEntries(whole.map((pass) => [pass, sizes[pass] ?? middle]))
  const of = Object.values(run.sizes).reduce((all, size) => all + size, 0)
  run.expected = of > 0 ? { read: 0, of } : null
}

function readBy({ asked, toCome, read }: StoredRun, sizes: Record<string, number>): number {
  const left = new Set(toCome.map(({ pass }) => pass))
  const done = asked.filter((pass) => !left.has(pass)).reduce((sum, pass) => sum + (sizes[pass] ?? 0), 0)
  const current = toCome[0]?.pass ?? ''
  return done + Math.min(read, sizes[current] ?? 0)
}

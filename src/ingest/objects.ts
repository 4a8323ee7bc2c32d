import { acceptId } from '../archive/index.ts'
import {
  checkObject,
  type CollectedObject,
  commitObjects,
  faultOfCollection,
  OBJECT_BYTES,
} from '../collections/index.ts'
import { isObject, parseJson } from '../event/index.ts'
import type { Problem } from '../refusal.ts'
import { noteObjectLog } from '../settings/index.ts'
import { readEventBody } from './body.ts'
import type { Spender } from './budget.ts'
import { textLines } from './lines.ts'
import { accepted, refused, refusedSome, tooMany, withUsage } from './reply.ts'
import { type IngestDeps, notJson, ownerOfWriteKey, parseBody, unknownKey, usageOf } from './track.ts'
import { writeKeyOf } from './write-key.ts'

/** Objects of one request. */
const MOST_OBJECTS = 10
/** Problems that an answer names. */
const MOST_PROBLEMS = 10
/** Of a file, what is made one row of the log: objects, and characters of their JSON. */
const ROW_OBJECTS = 1_000
const ROW_CHARS = 1_000_000
/** Bytes of a file, decompressed. */
const FILE_BYTES = 512 * 1024 * 1024
/** Sources whose log of objects this isolate has noted. */
const noted = new WeakMap<object, Set<string>>()
const MOST_NOTED = 10_000

/** `POST /v1/set`: some objects of one collection. They are in the log before the answer, in the order of the answers. */
export async function setObjects(request: Request, deps: IngestDeps): Promise<Response> {
  const body = await readEventBody(request)
  const parsed = body.ok ? parseBody(body.text()) : undefined
  const source = await sourceOf(writeKeyOf(parsed, request.headers.get('authorization')), deps)
  if (source instanceof Response) return source
  if (!parsed) return refused(400, 'bad_request', body.ok ? notJson(body.text()) : body.why)
  const { collection, objects } = parsed
  const fault = faultOfCollection(collection)
  if (fault !== undefined) return refusedSome(0, [{ field: 'collection', message: fault }], 1)
  if (!Array.isArray(objects) || objects.length === 0 || objects.length > MOST_OBJECTS) {
    return refusedSome(0, [{ field: 'objects', message: `A list of 1 to ${MOST_OBJECTS} objects is needed.` }], 1)
  }
  const receivedAt = new Date(deps.ctx.now()).toISOString()
  const checked = objects.map((raw, at) => checkObject(raw, String(collection), receivedAt, `objects[${at}]`))
  const good = checked.flatMap((one) => (one.ok ? [one.object] : []))
  const problems = checked.flatMap((one) => (one.ok ? [] : [one.problem]))
  const failed = await keepObjects(source, good, problems.length, deps)
  if (failed) return failed
  const reply = problems.length > 0 ? refusedSome(good.length, problems, problems.length) : accepted()
  return withUsage(reply, usageOf(source, deps))
}

/** `POST /v0/start`: a name for the files that follow. Nothing hangs on it: each file is kept for itself. */
export async function startUpload(request: Request, deps: IngestDeps): Promise<Response> {
  const source = await authorised(request, deps)
  return source instanceof Response ? source : Response.json({ sync_id: `sync_${acceptId(deps.ctx)}` }, { status: 201 })
}

/** `POST /v0/keep-alive/<id>`. */
export async function keepUploading(request: Request, id: string, deps: IngestDeps): Promise<Response> {
  const source = await authorised(request, deps, id)
  return source instanceof Response ? source : accepted()
}

/** `POST /v0/finish/<id>`, with what went wrong at the sender, if anything did. */
export async function finishUpload(request: Request, id: string, deps: IngestDeps): Promise<Response> {
  const source = await authorised(request, deps, id)
  if (source instanceof Response) return source
  const body = await readEventBody(request)
  const { error = '' } = (body.ok && parseBody(body.text())) || {}
  if (typeof error === 'string' && error !== '')
    deps.ctx.log('info', 'an upload of objects ended with an error of its sender', {
      source: source.sourceId,
      error: error.slice(0, 200),
    })
  return Response.json({ success: true }, { status: 202 })
}

/**
 * `POST /v0/upload/<id>`: lines of JSON, `{"collection","id","properties"}`, as they are or gzipped. Read as they come, some
 * at a time, so a file may be as large as a request may; each row is durable before the next is read.
 */
export async function uploadObjects(request: Request, id: string, deps: IngestDeps): Promise<Response> {
  const source = await authorised(request, deps, id)
  if (source instanceof Response) return source
  const file = new Upload(source, deps)
  try {
    for await (const line of textLines(request, { lineChars: OBJECT_BYTES, bytes: FILE_BYTES })) {
      const failed = await file.take(line)
      if (failed) return failed
    }
  } catch (error) {
    const failed = await file.flush()
    if (failed) return failed
    file.refuse({ field: `line ${file.lines + 1}`, message: `The file cannot be read on: ${String(error)}` })
  }
  return (await file.flush()) ?? file.reply(`part_${acceptId(deps.ctx)}`)
}

class Upload {
  lines = 0
  #taken = 0
  #refused = 0
  #chars = 0
  #pending: CollectedObject[] = []
  readonly #problems: Problem[] = []
  readonly #source: Spender
  readonly #deps: IngestDeps

  constructor(source: Spender, deps: IngestDeps) {
    this.#source = source
    this.#deps = deps
  }

  /** A line; `null`: it is too long. Answers what has to be said to the sender at once. */
  async take(line: string | null): Promise<Response | undefined> {
    this.lines++
    const field = `line ${this.lines}`
    if (line === '') return undefined
    const raw = line === null ? undefined : jsonOf(line)
    if (line === null) this.refuse({ field, message: `An object has at most ${OBJECT_BYTES / 1024} KB.` })
    else if (!isObject(raw)) this.refuse({ field, message: 'It is no JSON object.' })
    else {
      const fault = faultOfCollection(raw.collection)
      const receivedAt = new Date(this.#deps.ctx.now()).toISOString()
      const checked = fault === undefined && checkObject(raw, String(raw.collection), receivedAt, field)
      if (!checked) this.refuse({ field: `${field}.collection`, message: fault ?? '' })
      else if (!checked.ok) this.refuse(checked.problem)
      else {
        this.#pending.push(checked.object)
        this.#chars += line.length
      }
    }
    return this.#pending.length >= ROW_OBJECTS || this.#chars >= ROW_CHARS ? this.flush() : undefined
  }

  refuse(problem: Problem): void {
    this.#refused++
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem)
  }

  async flush(): Promise<Response | undefined> {
    const objects = this.#pending
    if (objects.length === 0) return undefined
    const failed = await keepObjects(this.#source, objects, 0, this.#deps)
    if (failed) return failed
    this.#taken += objects.length
    this.#pending = []
    this.#chars = 0
    return undefined
  }

  reply(partId: string): Response {
    if (this.#refused > 0) return refusedSome(this.#taken, this.#problems, this.#refused)
    if (this.#taken === 0) return refused(400, 'bad_request', 'The file has no objects.')
    return Response.json({ part_id: partId }, { status: 201 })
  }
}

function jsonOf(line: string): unknown {
  try {
    return parseJson(line)
  } catch {
    return undefined
  }
}

function authorised(request: Request, deps: IngestDeps, id?: string): Promise<Spender | Response> | Response {
  if (id !== undefined && !/^sync_[0-9a-f-]{10,60}$/.test(id))
    return refused(404, 'bad_request', `${id.slice(0, 80)} is no sync_id: POST /v0/start gives one.`)
  return sourceOf(writeKeyOf(undefined, request.headers.get('authorization')), deps)
}

/** Whose objects these are, or why they are not taken. */
async function sourceOf(key: string | undefined, deps: IngestDeps): Promise<Spender | Response> {
  const owner = await ownerOfWriteKey(key, deps)
  if (!owner) return unknownKey(key, deps)
  // Events can wait until settings are read again; an object has its place in the order now.
  if (owner.sourceId === null) return notNow()
  if (!owner.enabled) return refused(403, 'source_disabled', 'The source is disabled: enable it, and send them again.')
  const waitMs = deps.budgets.waitMs(owner.sourceId)
  return waitMs > 0 ? tooMany(waitMs) : owner
}

const notNow = () => refused(503, 'internal', 'The objects could not be stored. Send them again.')

/** `undefined`: they are durable. */
async function keepObjects(
  source: Spender,
  objects: readonly CollectedObject[],
  refusedHere: number,
  deps: IngestDeps,
): Promise<Response | undefined> {
  if (objects.length === 0) return undefined
  try {
    await Promise.all([note(source.sourceId, deps), deps.budgets.spend(source, objects.length)])
    await commitObjects(source.sourceId, objects, { refused: refusedHere }, deps)
    return undefined
  } catch (error) {
    deps.ctx.log('error', 'objects could not be stored', { source: source.sourceId, error: String(error) })
    return notNow()
  }
}

async function note(source: string, { db }: IngestDeps): Promise<void> {
  const known = noted.get(db) ?? new Set()
  noted.set(db, known)
  if (known.has(source)) return
  await noteObjectLog(db, source)
  if (known.size >= MOST_NOTED) known.clear()
  known.add(source)
}

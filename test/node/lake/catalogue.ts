import { randomUUID } from 'node:crypto'
import { avroMetadata, avroRead } from 'icebird'
import { type AnyRequest, type Context, context } from '../../../src/context.ts'
import { Bucket, KEYS } from './bucket.ts'

const HOST = 'https://catalogue.example.com'
const STORAGE = 'https://storage.example.com'
export const TOKEN = 'token-of-the-lake'
export const WAREHOUSE = 'account_bucket'

/** What becomes of a call: as it should, refused before it took effect, or failed afterwards; or somebody else was first. */
export type Fate = 'ok' | 'before' | 'after' | 'conflict' | 'silence'

export interface Options {
  /** Whether it commits several tables at once. */
  transactional?: boolean
  /** Whether it says which endpoints it has. */
  saysEndpoints?: boolean
  /** Where it says that its storage is. */
  storage?: string
  /** Whether it hands out keys. */
  vends?: boolean
  removesSchemas?: boolean
  /** Asked for each call that changes something: which, and what becomes of it. */
  fate?: (call: string) => Fate
}

type Json = Record<string, unknown>

interface Field {
  id: number
  name: string
  required: boolean
  type: unknown
}

interface Schema {
  type: string
  'schema-id': number
  fields: Field[]
}

interface Snapshot {
  'snapshot-id': number
  'parent-snapshot-id'?: number
  'sequence-number': number
  'timestamp-ms': number
  'manifest-list': string
  summary: Record<string, string>
  'schema-id': number
}

export interface Metadata extends Json {
  'format-version': number
  'table-uuid': string
  location: string
  'last-sequence-number': number
  'last-updated-ms': number
  'last-column-id': number
  schemas: Schema[]
  'current-schema-id': number
  'partition-specs': { 'spec-id': number; fields: Json[] }[]
  'default-spec-id': number
  'last-partition-id': number
  properties: Record<string, string>
  'current-snapshot-id': number
  snapshots: Snapshot[]
  refs: Record<string, { type: string; 'snapshot-id': number }>
  'snapshot-log': Json[]
  'metadata-log': { 'metadata-file': string; 'timestamp-ms': number }[]
}

interface Table {
  metadata: Metadata
  file: string
  version: number
}

interface Change {
  namespace: string
  name: string
  requirements: Json[]
  updates: Json[]
}

/** An answer that is a refusal. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function insist(holds: boolean, message: string, status = 400): asserts holds {
  if (!holds) throw new Refused(status, message)
}

/**
 * An Iceberg REST catalogue with its storage, as strict as it can be: each requirement is checked, an update that it does not
 * know is refused, and so is a snapshot whose files are not there or not what they are said to be.
 */
export class CatalogueStandIn {
  readonly bucket: Bucket
  readonly options: Required<Omit<Options, 'fate'>> & Pick<Options, 'fate'>
  readonly namespaces = new Map<string, Map<string, Table>>()
  /** Calls by what they were. */
  readonly calls: Record<string, number> = {}
  /** Commits that took effect, and those that were refused because somebody was first. */
  commits = 0
  conflicts = 0
  /** Tables that were dropped with their files. */
  readonly purged: string[] = []
  now = 1_795_790_000_000

  constructor(options: Options = {}) {
    this.options = {
      transactional: true,
      saysEndpoints: true,
      vends: true,
      removesSchemas: true,
      storage: STORAGE,
      ...options,
    }
    this.bucket = new Bucket(this.options.vends ? KEYS.sessionToken : undefined)
  }

  /** What a connector needs of the world, all of it here. `random` decides ids and pauses. */
  context(random: () => number = Math.random): Context {
    return {
      ...context,
      now: () => this.now,
      random,
      randomBytes: (length) => Uint8Array.from({ length }, () => random() * 256),
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      fetch: async (request) => this.#fetch(request),
      log: () => undefined,
    }
  }

  settings() {
    const own = {
      accessKeyId: KEYS.accessKeyId,
      secretAccessKey: KEYS.secretAccessKey,
      endpoint: STORAGE,
      region: 'auto',
    }
    return { uri: `${HOST}/lake`, warehouse: WAREHOUSE, token: TOKEN, ...(this.options.vends ? {} : own) }
  }

  metadata(namespace: string, table: string): Metadata {
    const found = this.namespaces.get(namespace)?.get(table)
    if (found === undefined) throw new Error(`There is no table ${namespace}.${table}`)
    return found.metadata
  }

  tables(namespace: string): string[] {
    return [...(this.namespaces.get(namespace)?.keys() ?? [])].filter((name) => !name.startsWith('_sluice_'))
  }

  /** Bytes of a table's metadata file as it is now. */
  metadataBytes(namespace: string, table: string): number {
    const file = this.namespaces.get(namespace)?.get(table)?.file ?? ''
    return this.bucket.files.get(file)?.length ?? 0
  }

  async #fetch(request: AnyRequest): Promise<Response> {
    await Promise.resolve()
    const url = new URL(request.url)
    const headers = new Headers(request.headers)
    const { body = '' } = request
    const bytes = typeof body === 'string' ? Uint8Array.from(Buffer.from(body)) : body
    if (request.method === 'GET' && bytes.length > 0) throw new TypeError('a GET has no body')
    const name = url.origin === STORAGE ? `${request.method} file` : `${request.method} ${callName(url)}`
    this.calls[name] = (this.calls[name] ?? 0) + 1
    const fate = this.options.fate?.(name) ?? 'ok'
    if (fate === 'before') return json(503, { error: { message: 'not now', type: 'Unavailable', code: 503 } })
    if (fate === 'silence') throw new DOMException('The operation was aborted', 'TimeoutError')
    if (fate === 'conflict') return json(409, { error: { message: 'first', type: 'CommitFailedException', code: 409 } })
    const response =
      url.origin === STORAGE
        ? this.bucket.answer(request.method, url, headers, bytes)
        : await this.#answer(request.method, url, headers, new TextDecoder().decode(bytes))
    return fate === 'after' ? json(500, { error: { message: 'lost', type: 'Internal', code: 500 } }) : response
  }

  async #answer(method: string, url: URL, headers: Headers, body: string): Promise<Response> {
    try {
      insist(headers.get('authorization') === `Bearer ${TOKEN}`, 'no such token', 401)
      if (method === 'GET' && url.pathname === '/lake/v1/config') return this.#config(url)
      const path = /^\/lake\/v1\/w\/lake\/(.*)$/.exec(url.pathname)?.[1]
      insist(path !== undefined, 'no such route', 404)
      const parts = path.split('/').map(decodeURIComponent)
      const sent = body === '' ? {} : (JSON.parse(body) as Json)
      if (method === 'POST' && path === 'namespaces') return this.#createNamespace(sent)
      if (method === 'POST' && path === 'transactions/commit') return await this.#transaction(sent)
      const [of, namespace = '', tables, table] = parts
      insist(of === 'namespaces' && (tables === undefined || tables === 'tables'), 'no such route', 404)
      const there = this.namespaces.get(namespace)
      insist(there !== undefined, `NoSuchNamespaceException: ${namespace}`, 404)
      if (method === 'DELETE' && tables === undefined) {
        insist(there.size === 0, 'the namespace is not empty', 409)
        this.namespaces.delete(namespace)
        return new Response(null, { status: 204 })
      }
      if (tables === undefined) return json(200, { namespace: [namespace] })
      if (table === undefined) {
        return method === 'GET' ? this.#list(namespace, there, url) : this.#create(namespace, there, sent)
      }
      const found = there.get(table)
      insist(found !== undefined, `NoSuchTableException: ${table} does not exist`, 404)
      if (method === 'GET') return json(200, this.#described(found, headers))
      if (method === 'DELETE') {
        there.delete(table)
        if (url.searchParams.get('purgeRequested') === 'true') this.purged.push(table)
        return new Response(null, { status: 204 })
      }
      insist(method === 'POST', 'no such route', 404)
      await this.#commit([this.#change(sent)])
      return json(200, { 'metadata-location': found.file, metadata: there.get(table)?.metadata })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (error.status === 409) this.conflicts++
      return json(error.status, { error: { message: error.message, type: 'Refused', code: error.status } })
    }
  }

  #config(url: URL): Response {
    insist(url.searchParams.get('warehouse') === WAREHOUSE, 'no such warehouse', 404)
    const endpoints = [
      'GET /v1/{prefix}/namespaces/{namespace}/tables',
      'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}',
      ...(this.options.transactional ? ['POST /v1/{prefix}/transactions/commit'] : []),
    ]
    return json(200, {
      defaults: {},
      overrides: { prefix: 'w/lake' },
      ...(this.options.saysEndpoints ? { endpoints } : {}),
    })
  }

  #createNamespace(sent: Json): Response {
    const [name] = sent['namespace'] as [string]
    insist(!this.namespaces.has(name), 'there already', 409)
    this.namespaces.set(name, new Map())
    return json(200, { namespace: [name], properties: {} })
  }

  /** Three a page, so that whoever reads one page only is found out. */
  #list(namespace: string, there: Map<string, Table>, url: URL): Response {
    const from = Number(url.searchParams.get('pageToken') ?? 0)
    const names = [...there.keys()].toSorted()
    return json(200, {
      identifiers: names.slice(from, from + 3).map((name) => ({ namespace: [namespace], name })),
      ...(names.length > from + 3 ? { 'next-page-token': String(from + 3) } : {}),
    })
  }

  #create(namespace: string, there: Map<string, Table>, sent: Json): Response {
    const known = new Set(['name', 'schema', 'properties'])
    for (const key of Object.keys(sent)) insist(known.has(key), `unknown: ${key}`)
    const name = sent['name'] as string
    insist(!there.has(name), 'AlreadyExistsException', 409)
    const properties = (sent['properties'] ?? {}) as Record<string, string>
    insist(!('format-version' in properties), 'a reserved property')
    const { fields, type } = sent['schema'] as Schema
    insist(type === 'struct' && fields.length > 0, 'no schema')
    checkFields(fields)
    // A catalogue gives ids of its own.
    const own = fields.map((field, at) => ({ ...field, id: at + 1 }))
    const metadata: Metadata = {
      'format-version': 2,
      'table-uuid': randomUUID(),
      location: `s3://lake/${namespace}/${name}-${randomUUID().slice(0, 8)}`,
      'last-sequence-number': 0,
      'last-updated-ms': this.now,
      'last-column-id': own.length,
      schemas: [{ type: 'struct', 'schema-id': 0, fields: own }],
      'current-schema-id': 0,
      'partition-specs': [{ 'spec-id': 0, fields: [] }],
      'default-spec-id': 0,
      'last-partition-id': 999,
      'sort-orders': [{ 'order-id': 0, fields: [] }],
      'default-sort-order-id': 0,
      properties,
      'current-snapshot-id': -1,
      snapshots: [],
      refs: {},
      'snapshot-log': [],
      'metadata-log': [],
    }
    const table = { metadata, file: '', version: 0 }
    this.#save(table, metadata)
    there.set(name, table)
    return json(200, this.#described(table, new Headers()))
  }

  #described(table: Table, headers: Headers): Json {
    const delegated = headers.get('x-iceberg-access-delegation') === 'vended-credentials'
    const credentials = {
      's3.access-key-id': KEYS.accessKeyId,
      's3.secret-access-key': KEYS.secretAccessKey,
      's3.session-token': KEYS.sessionToken,
    }
    return {
      'metadata-location': table.file,
      metadata: table.metadata,
      config: { 's3.endpoint': this.options.storage, 's3.region': 'auto' },
      ...(this.options.vends && (delegated || headers.get('authorization') === null)
        ? { 'storage-credentials': [{ prefix: 's3://lake/', config: credentials }] }
        : {}),
    }
  }

  #change(sent: Json): Change {
    const known = new Set(['identifier', 'requirements', 'updates'])
    for (const key of Object.keys(sent)) insist(known.has(key), `unknown: ${key}`)
    const identifier = sent['identifier'] as { namespace: string[]; name: string }
    return {
      namespace: identifier.namespace.join('\u001f'),
      name: identifier.name,
      requirements: sent['requirements'] as Json[],
      updates: sent['updates'] as Json[],
    }
  }

  async #transaction(sent: Json): Promise<Response> {
    insist(this.options.transactional, 'no such route', 404)
    await this.#commit((sent['table-changes'] as Json[]).map((change) => this.#change(change)))
    return new Response(null, { status: 204 })
  }

  /** All or nothing. */
  async #commit(changes: Change[]): Promise<void> {
    const next: [Table, Metadata][] = []
    for (const { namespace, name, requirements, updates } of changes) {
      const table = this.namespaces.get(namespace)?.get(name)
      insist(table !== undefined, `NoSuchTableException: ${name} does not exist`, 404)
      for (const requirement of requirements) checkRequirement(table.metadata, requirement)
      insist(
        requirements.some(({ type }) => type === 'assert-table-uuid'),
        'which table is meant?',
      )
      const metadata = structuredClone(table.metadata)
      for (const update of updates) this.#update(metadata, update)
      next.push([table, metadata])
    }
    // Files are looked at before anything changes; whoever comes meanwhile finds the tables as they are.
    for (const [table, metadata] of next) this.#checkFiles(table.metadata, metadata)
    for (const [table, metadata] of next) {
      metadata['last-updated-ms'] = this.now
      this.#save(table, metadata)
    }
    this.commits++
  }

  #update(metadata: Metadata, update: Json): void {
    const { action } = update
    switch (action) {
      case 'add-schema': {
        const schema = update['schema'] as Schema
        const before = metadata.schemas.find((of) => of['schema-id'] === metadata['current-schema-id'])
        checkFields(schema.fields)
        for (const field of schema.fields) {
          const same = before?.fields.find(({ id }) => id === field.id)
          insist(same === undefined || same.type === field.type, 'a type was changed')
          insist(same !== undefined || field.id > metadata['last-column-id'], 'a field id was used again')
        }
        const id = Math.max(...metadata.schemas.map((of) => of['schema-id'])) + 1
        metadata.schemas.push({ ...schema, 'schema-id': id })
        metadata['last-column-id'] = Math.max(metadata['last-column-id'], ...schema.fields.map((field) => field.id))
        return
      }
      case 'set-current-schema':
        insist(update['schema-id'] === -1, 'only the one that was added')
        metadata['current-schema-id'] = metadata.schemas.at(-1)?.['schema-id'] ?? 0
        return
      case 'add-spec': {
        const spec = update['spec'] as Metadata['partition-specs'][number]
        const [field] = spec.fields
        insist(Number(field?.['field-id']) === metadata['last-partition-id'] + 1, 'partition ids go on')
        insist(/^bucket\[\d+\]$/.test(String(field?.['transform'])), 'an unknown transform')
        const id = Math.max(...metadata['partition-specs'].map((of) => of['spec-id'])) + 1
        metadata['partition-specs'].push({ ...spec, 'spec-id': id })
        metadata['last-partition-id']++
        return
      }
      case 'set-default-spec':
        metadata['default-spec-id'] = metadata['partition-specs'].at(-1)?.['spec-id'] ?? 0
        return
      case 'add-snapshot': {
        const snapshot = update['snapshot'] as Snapshot
        insist(Number.isSafeInteger(snapshot['snapshot-id']) && snapshot['snapshot-id'] > 0, 'no id')
        insist(
          metadata.snapshots.every((of) => of['snapshot-id'] !== snapshot['snapshot-id']),
          'the id was used before',
        )
        insist(snapshot['sequence-number'] === metadata['last-sequence-number'] + 1, 'sequence numbers go on')
        insist((snapshot['parent-snapshot-id'] ?? -1) === metadata['current-snapshot-id'], 'the parent is another')
        insist(snapshot['timestamp-ms'] >= metadata['last-updated-ms'] - 60_000, 'it is from the past')
        insist(
          metadata.schemas.some((of) => of['schema-id'] === snapshot['schema-id']),
          'there is no such schema',
        )
        insist(
          ['append', 'overwrite', 'replace', 'delete'].includes(snapshot.summary['operation'] ?? ''),
          'no operation',
        )
        insist(
          Object.values(snapshot.summary).every((value) => typeof value === 'string'),
          'a summary has texts',
        )
        metadata.snapshots.push(snapshot)
        metadata['last-sequence-number'] = snapshot['sequence-number']
        return
      }
      case 'set-snapshot-ref': {
        const id = update['snapshot-id'] as number
        insist(update['ref-name'] === 'main' && update['type'] === 'branch', 'main is meant')
        insist(
          metadata.snapshots.some((of) => of['snapshot-id'] === id),
          'there is no such snapshot',
        )
        metadata.refs = { ...metadata.refs, main: { type: 'branch', 'snapshot-id': id } }
        metadata['current-snapshot-id'] = id
        metadata['snapshot-log'].push({ 'snapshot-id': id, 'timestamp-ms': this.now })
        return
      }
      case 'remove-snapshots': {
        const ids = new Set(update['snapshot-ids'] as number[])
        insist(
          Object.values(metadata.refs).every((ref) => !ids.has(ref['snapshot-id'])),
          'a ref needs it',
        )
        for (const id of ids)
          insist(
            metadata.snapshots.some((of) => of['snapshot-id'] === id),
            'there is no such snapshot',
          )
        metadata.snapshots = metadata.snapshots.filter((of) => !ids.has(of['snapshot-id']))
        metadata['snapshot-log'] = metadata['snapshot-log'].filter((of) => !ids.has(of['snapshot-id'] as number))
        return
      }
      case 'set-properties':
        metadata.properties = { ...metadata.properties, ...(update['updates'] as Record<string, string>) }
        return
      case 'remove-properties':
        for (const name of update['removals'] as string[]) delete metadata.properties[name]
        return
      case 'remove-schemas': {
        insist(this.options.removesSchemas, 'an unknown update: remove-schemas')
        const ids = new Set(update['schema-ids'] as number[])
        insist(!ids.has(metadata['current-schema-id']), 'it is in force')
        metadata.schemas = metadata.schemas.filter((of) => !ids.has(of['schema-id']))
        return
      }
      default:
        throw new Refused(400, `an unknown update: ${String(action)}`)
    }
  }

  /** A new snapshot's list, manifests and data files are there, and what they are said to be. */
  #checkFiles(before: Metadata, after: Metadata): void {
    for (const snapshot of after.snapshots) {
      if (before.snapshots.some((of) => of['snapshot-id'] === snapshot['snapshot-id'])) continue
      for (const manifest of this.avro(snapshot['manifest-list'])) {
        const path = manifest['manifest_path'] as string
        insist(this.bucket.files.get(path)?.length === Number(manifest['manifest_length']), `${path} is another`)
        const spec = after['partition-specs'].find((of) => of['spec-id'] === Number(manifest['partition_spec_id']))
        insist(spec !== undefined, 'there is no such partition spec')
        const isNew = (manifest['added_snapshot_id'] as bigint) === BigInt(snapshot['snapshot-id'])
        insist(
          !isNew || (manifest['sequence_number'] as bigint) === BigInt(snapshot['sequence-number']),
          'a new manifest has the sequence number of its snapshot',
        )
        const counts = [0, 0, 0]
        for (const entry of this.avro(path)) {
          const status = Number(entry['status'])
          counts[status] = (counts[status] ?? 0) + 1
          if (isNew) this.#checkEntry(entry, status, snapshot, spec)
          const file = entry['data_file'] as Json
          if (status !== 2) {
            const size = this.bucket.files.get(file['file_path'] as string)?.length
            insist(size === Number(file['file_size_in_bytes']), `${String(file['file_path'])} is not there`)
          }
        }
        const said = ['existing', 'added', 'deleted'].map((of) => Number(manifest[`${of}_files_count`]))
        insist(
          JSON.stringify(said) === JSON.stringify(counts),
          `counts of ${path}: ${said.join()} and ${counts.join()}`,
        )
      }
    }
  }

  #checkEntry(entry: Json, status: number, snapshot: Snapshot, spec: { fields: Json[] }): void {
    const has = (name: string) => entry[name] !== undefined && entry[name] !== null
    insist(status === 1 || (has('sequence_number') && has('file_sequence_number')), 'an old file has its numbers')
    insist(status === 0 || (entry['snapshot_id'] as bigint) === BigInt(snapshot['snapshot-id']), 'whose line is it?')
    const { partition } = entry['data_file'] as { partition: Json }
    const names = spec.fields.map(({ name }) => name as string)
    insist(JSON.stringify(Object.keys(partition)) === JSON.stringify(names), 'the partition has other fields')
  }

  /** Records of an Avro file, as another implementation reads them. */
  avro(path: string): Json[] {
    const file = this.bucket.files.get(path)
    insist(file !== undefined, `${path} is not there`)
    const reader = { view: new DataView(file.slice().buffer), offset: 0 }
    const { metadata, syncMarker } = avroMetadata(reader)
    return avroRead({ reader, metadata, syncMarker }) as Json[]
  }

  #save(table: Table, metadata: Metadata): void {
    const most = Number(metadata.properties['write.metadata.previous-versions-max'] ?? 100)
    if (table.file !== '') {
      metadata['metadata-log'].push({ 'metadata-file': table.file, 'timestamp-ms': this.now })
      while (metadata['metadata-log'].length > most) {
        const gone = metadata['metadata-log'].shift()
        if (metadata.properties['write.metadata.delete-after-commit.enabled'] === 'true' && gone !== undefined)
          this.bucket.files.delete(gone['metadata-file'])
      }
    }
    table.version++
    table.file = `${metadata.location}/metadata/${String(table.version).padStart(5, '0')}.metadata.json`
    table.metadata = metadata
    this.bucket.files.set(table.file, Uint8Array.from(Buffer.from(JSON.stringify(metadata))))
  }
}

function callName({ pathname }: URL): string {
  if (pathname.endsWith('/transactions/commit')) return 'transaction'
  if (pathname.endsWith('/config')) return 'config'
  if (pathname.endsWith('/namespaces')) return 'namespaces'
  return pathname.endsWith('/tables') ? 'tables' : pathname.includes('/tables/') ? 'table' : 'namespace'
}

function checkFields(fields: readonly Field[]): void {
  const types = new Set(['string', 'long', 'double', 'boolean', 'timestamptz'])
  for (const { id, name, required, type } of fields) {
    insist(Number.isInteger(id) && id > 0 && name !== '' && !required, `a strange field: ${name}`)
    insist(types.has(type as string), `an unknown type: ${String(type)}`)
  }
  insist(new Set(fields.map(({ id }) => id)).size === fields.length, 'two fields have one id')
  insist(new Set(fields.map(({ name }) => name.toLowerCase())).size === fields.length, 'two fields have one name')
}

function checkRequirement(metadata: Metadata, requirement: Json): void {
  const first = (holds: boolean) => insist(holds, `Requirement failed: ${String(requirement['type'])}`, 409)
  switch (requirement['type']) {
    case 'assert-table-uuid':
      return first(metadata['table-uuid'] === requirement['uuid'])
    case 'assert-ref-snapshot-id': {
      insist('snapshot-id' in requirement && requirement['ref'] === 'main', 'which snapshot?')
      return first((metadata.refs['main']?.['snapshot-id'] ?? null) === requirement['snapshot-id'])
    }
    case 'assert-last-assigned-field-id':
      return first(metadata['last-column-id'] === requirement['last-assigned-field-id'])
    case 'assert-current-schema-id':
      return first(metadata['current-schema-id'] === requirement['current-schema-id'])
    case 'assert-last-assigned-partition-id':
      return first(metadata['last-partition-id'] === requirement['last-assigned-partition-id'])
    case 'assert-default-spec-id':
      return first(metadata['default-spec-id'] === requirement['default-spec-id'])
    default:
      throw new Refused(400, `an unknown requirement: ${String(requirement['type'])}`)
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

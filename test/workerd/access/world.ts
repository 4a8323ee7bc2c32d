import { env } from 'cloudflare:workers'

/** What one workspace has, made anew for each request that is tried: some of them delete it. */
export interface World {
  workspace: string
  source: string
  writeKey: string
  destination: string
  integration: string
  /** One of a partner, with an invitation; the workspace is a partner's. */
  living: string
  token: string
  /** Of the partner's integration. */
  client: string
  /** What that was allowed about the destination. */
  grant: string
  invite: string
  /** The address that it is for. */
  invited: string
  label: { key: string; value: string }
  member: string
  replay: string
  warehouse: string
  alert: string
  /** Waits for an answer. */
  application: string
  /** A person who reviews applications. */
  reviewer: string
  /** The address of somebody who could. */
  candidate: string
  /** Names that must be seen nowhere else. */
  names: string[]
}

/** Written straight into the tables, so that many are made quickly. The webhook's secret setting is no real one. */
export async function worldIn(workspace: string): Promise<World> {
  const mark = crypto.randomUUID().slice(0, 12).replaceAll('-', '')
  const world: World = {
    workspace,
    source: `src_${mark}`,
    writeKey: `key_${mark}`,
    destination: `dst_${mark}`,
    integration: `int_${mark}`,
    living: `int_living_${mark}`,
    token: `tok_${mark}`,
    client: `cli_${mark}`,
    grant: `gnt_${mark}`,
    invite: `inv_${mark}`,
    invited: `invited-${mark}@example.com`,
    label: { key: 'team', value: `value-${mark}` },
    member: `usr_${mark}`,
    replay: `rpl_${mark}`,
    warehouse: `whs_${mark}`,
    alert: `alt_${mark}`,
    application: `app_${mark}`,
    reviewer: `usr_reviewer_${mark}`,
    candidate: `member-${mark}@example.com`,
    names: [],
  }
  const name = (what: string) => {
    const text = `${what} named ${mark}`
    world.names.push(text)
    return text
  }
  const urls = JSON.stringify({ urls: ['https://hooks.example.com/in'] })
  const insert = (sql: string, ...values: unknown[]) => env.DB.prepare(sql).bind(...values)
  // What was made before goes: routes that look at everything would take ever longer.
  const tables = [
    'sources',
    'destinations',
    'replays',
    'warehouses',
    'integrations',
    'api_tokens',
    'invites',
    'members',
    'labels',
    'reviewers',
    'applications',
    'partners',
    'beta_links',
    'oauth_clients',
    'oauth_grants',
    'shared_streams',
  ]
  await env.DB.batch([
    ...tables.map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE created_at = 0`)),
    env.DB.prepare('DELETE FROM alerts WHERE opened_at = 0'),
    insert(
      "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, 'http-api', 1, 0, 0)",
      world.source,
      workspace,
      `slug-${mark}`,
      name('Source'),
    ),
    insert('INSERT INTO write_keys (key, source_id, created_at) VALUES (?, ?, 0)', world.writeKey, world.source),
    insert(
      "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, ?, (SELECT 'webhooks'), ?, 1, ?, 4, 'segment-4h', 1, 0, 0)",
      world.destination,
      workspace,
      world.source,
      name('Destination'),
      urls,
    ),
    insert(
      "INSERT INTO integrations (id, workspace_id, slug, name, kind, description, status, endpoint, fields, supports, created_at, updated_at) VALUES (?, ?, ?, ?, 'direct', '', 'PRIVATE_BUILDING', 'https://p.example.com/', '[]', '[\"track\"]', 0, 0)",
      world.integration,
      workspace,
      `integration-${mark}`,
      name('Integration'),
    ),
    insert(
      'INSERT INTO api_tokens (hash, id, workspace_id, name, created_at) VALUES (?, ?, ?, ?, 0)',
      `hash-${mark}`,
      world.token,
      workspace,
      name('Token'),
    ),
    insert(
      "INSERT INTO invites (id, workspace_id, email, role, sources, hash, created_at, expires_at) VALUES (?, ?, ?, 'member', '[]', ?, 0, ?)",
      world.invite,
      workspace,
      world.invited,
      `hash-${mark}`,
      Date.now() + 1e6,
    ),
    insert(
      "INSERT INTO labels (workspace_id, key, value, description, created_at) VALUES (?, ?, ?, '', 0)",
      workspace,
      world.label.key,
      world.label.value,
    ),
    insert(
      'INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, 0, 0)',
      world.member,
      name('Member'),
      `member-${mark}@example.com`,
    ),
    insert(
      "INSERT INTO warehouses (id, workspace_id, integration_id, name, enabled, settings, schedule, version, created_at, updated_at) VALUES (?, ?, 'postgres', ?, 1, ?, ?, 1, 0, 0)",
      world.warehouse,
      workspace,
      name('Warehouse'),
      JSON.stringify({ host: 'localhost', port: 5432, database: 'd', username: 'u', ssl: 'require' }),
      JSON.stringify({ everyMinutes: 60, atMinute: 0 }),
    ),
    insert(
      "INSERT INTO warehouse_sources (warehouse_id, source_id, schema, enabled, left_out, created_at) VALUES (?, ?, 'shop', 1, ?, 0)",
      world.warehouse,
      world.source,
      JSON.stringify({ collections: [], properties: {} }),
    ),
    insert(
      "INSERT INTO replays (id, workspace_id, source_id, destination_id, ordered, state, created_at) VALUES (?, ?, ?, ?, ?, 'ready', 0)",
      world.replay,
      workspace,
      world.source,
      world.destination,
      JSON.stringify({
        id: world.replay,
        sourceId: world.source,
        destinationId: world.destination,
        selection: { from: 0, until: 1 },
        share: 0.25,
        dryRun: true,
      }),
    ),
    insert(
      "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES (?, ?, 'dead_letters', ?, ?, '{}', 0)",
      world.alert,
      workspace,
      world.destination,
      name('Alerted'),
    ),
    insert(
      "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES (?, ?, 'member', '[]', 0)",
      workspace,
      world.member,
    ),
    insert(
      'INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, 0, 0)',
      world.reviewer,
      name('Reviewer'),
      `reviewer-${mark}@example.com`,
    ),
    insert(
      "INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, due_at, created_at, confirmed_at) VALUES (?, ?, ?, 'https://acme.example/', ?, 'direct', 'u', 'd', '', 'waiting', 0, 0, 0, 0)",
      world.application,
      name('Applicant'),
      mark,
      `applicant-${mark}@example.com`,
    ),
    insert(
      "INSERT INTO integrations (id, workspace_id, slug, name, kind, description, status, fields, supports, device, created_at, updated_at) VALUES (?, ?, ?, ?, 'packaged', '', 'PRIVATE_BUILDING', '[]', '[\"track\"]', ?, 0, 0)",
      world.living,
      workspace,
      `living-${mark}`,
      name('Living'),
      JSON.stringify({ sdks: ['browser'], plugin: { type: 'bundle' }, defaultMode: 'device' }),
    ),
    insert(
      'INSERT INTO partners (workspace_id, application_id, company, created_at) VALUES (?, ?, ?, 0)',
      workspace,
      world.application,
      `Partner of ${mark}`,
    ),
    insert(
      "INSERT INTO beta_links (hash, id, integration_id, label, most, created_at, expires_at) VALUES (?, ?, ?, 'Somebody', 1, 0, ?)",
      `hash-${mark}`,
      `bta_${world.living}`,
      world.living,
      Date.now() + 1e6,
    ),
    insert(
      "INSERT INTO oauth_clients (id, workspace_id, integration_id, name, redirect_uris, secret_hash, created_at) VALUES (?, ?, ?, ?, '[]', 'hash', 0)",
      world.client,
      workspace,
      world.living,
      name('Client'),
    ),
    insert(
      'INSERT INTO oauth_grants (id, workspace_id, client_id, destination_id, allowed_by, created_at) VALUES (?, ?, ?, ?, ?, 0)',
      world.grant,
      workspace,
      world.client,
      world.destination,
      world.member,
    ),
    insert(
      "INSERT INTO shared_streams (destination_id, workspace_id, company, email, words, given_by, created_at) VALUES (?, ?, ?, 'a@a.example', '', 'grace@example.com', 0)",
      world.destination,
      workspace,
      name('Somebody'),
    ),
    insert("INSERT INTO reviewers (user_id, named_by, created_at) VALUES (?, 'owner', 0)", world.reviewer),
    ...[world.living].flatMap((id) =>
      ['live', 'draft'].map((state, at) =>
        insert(
          `INSERT INTO integration_versions (integration_id, number, state, content, docs, logo, logo_type, mark, mark_type, certified_version, created_at, edited_at)
           SELECT id, ?, ?, json_object('name', name, 'fields', json(fields), 'supports', json(supports), 'device', json(device), 'endpoint', endpoint),
             '', '', '', '', '', 1, 0, 0 FROM integrations WHERE id = ?`,
          at + 1,
          state,
          id,
        ),
      ),
    ),
  ])
  return world
}

/** Not what a workspace has: whom it serves at the moment, and its trail, whose entries are counted. */
const NOT_ITS_OWN = new Set(['sessions', 'audit_events'])

/** Of the whole deployment, which is run from the first workspace. */
const DEPLOYMENTS = new Set([
  'reviewers',
  'applications',
  'application_entries',
  'application_links',
  'programme',
  'partners',
  'stream_requests',
  'customer_stories',
  'lifecycles',
  'lifecycle_entries',
  'beta_links',
  'doc_counts',
])

let reading: Promise<string> | undefined

/** All that a workspace has, the trail of changes included, and what the whole deployment has. */
export async function rowsOf(workspace: string): Promise<string> {
  const sql = await (reading ??= readingOfAll())
  return JSON.stringify(await env.DB.prepare(sql).bind(workspace).first())
}

/** One statement for all tables, since each is a way to the database and back. */
async function readingOfAll(): Promise<string> {
  const { results } = await env.DB.prepare(
    `SELECT t.name AS name, group_concat('quote(' || c.name || ')') AS columns, max(c.name = 'workspace_id') AS owned
     FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*') t, pragma_table_info(t.name) c
     GROUP BY t.name ORDER BY t.name`,
  ).all<{ name: string; columns: string; owned: 0 | 1 }>()
  const owned = results.filter((table) => table.owned === 1 && !NOT_ITS_OWN.has(table.name))
  if (owned.length < 6) throw new Error(`too few tables of a workspace: ${owned.map(({ name }) => name).join(', ')}`)
  const shared = results.filter(({ name }) => DEPLOYMENTS.has(name))
  if (shared.length < DEPLOYMENTS.size) throw new Error('a table of the deployment is not there')
  const keys = results.filter(({ name }) => name === 'write_keys')
  const ofSources = 'source_id IN (SELECT id FROM sources WHERE workspace_id = ?1)'
  const all = [
    ...owned.map((table) => ({ ...table, where: 'workspace_id = ?1' })),
    ...shared.map((table) => ({ ...table, where: 'true' })),
    ...keys.map((table) => ({ ...table, where: ofSources })),
  ]
  const parts = all.map(
    ({ name, columns, where }, at) =>
      `(SELECT json_group_array(json_array(${columns})) FROM (SELECT * FROM ${name} WHERE ${where} ORDER BY 1, 2)) AS "${at} ${name}"`,
  )
  return `SELECT ${parts.join(', ')}, (SELECT count(*) FROM audit_events WHERE workspace_id = ?1) AS trail`
}

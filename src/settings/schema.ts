import { sql } from 'drizzle-orm'
import { customType, index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../event/index.ts'
import type {
  BatchOffer,
  BiHalf,
  Category,
  DeviceHalf,
  IntegrationState,
  Measure,
  SettingField,
  Kind,
  Mode,
  Region,
  SettingsValues,
  WarehouseHalf,
} from '../integrations/index.ts'
import type { Rollout } from './rollout.ts'
import type { Schedule } from './types.ts'

/** Times are milliseconds since 1970. */

/** A name as it is, so that rows from before there were others still read; one of the customer's own as JSON. */
const schedule = customType<{ data: Schedule; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  fromDriver: (text) => (text.startsWith('{') ? JSON.parse(text) : text) as Schedule,
})

export const workspaces = sqliteTable('workspaces', {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  /** Made with an application, to try things out in: never a customer. */
  sandbox: integer({ mode: 'boolean' }).notNull().default(false),
  createdAt: integer('created_at').notNull(),
})

export const sources = sqliteTable(
  'sources',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    slug: text().notNull(),
    name: text().notNull(),
    metadataId: text('metadata_id').notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** What it may send on the average of ten seconds; null: what the deployment says. */
    eventsPerSecond: integer('events_per_second'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [uniqueIndex('sources_slug').on(table.workspaceId, table.slug)],
)

/** A revoked key is kept, so that it cannot be taken by another source. */
export const writeKeys = sqliteTable(
  'write_keys',
  {
    key: text().primaryKey(),
    sourceId: text('source_id').notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('write_keys_source').on(table.sourceId)],
)

/** Integrations that partners define; our own are in the code. */
export const integrations = sqliteTable(
  'integrations',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    slug: text().notNull().unique(),
    /** What the slug looks like to somebody who reads a list, see `look-alike.ts`. */
    look: text().notNull().default(''),
    name: text().notNull(),
    kind: text().$type<Kind>().notNull(),
    description: text().notNull(),
    /** Null: that of its kind. */
    categories: text({ mode: 'json' }).$type<Category[]>(),
    site: text().notNull().default(''),
    support: text().notNull().default(''),
    /** When its pictures were changed last; null: it has none. They lie with its docs, which no list reads. */
    logoAt: integer('logo_at'),
    markAt: integer('mark_at'),
    status: text().$type<IntegrationState>().notNull(),
    /** What its quality has come to; null: nothing. */
    measure: text().$type<Measure>(),
    endpoint: text(),
    /** Where else it listens; null: nowhere. */
    regions: text({ mode: 'json' }).$type<Region[]>(),
    fields: text({ mode: 'json' }).$type<SettingField[]>().notNull(),
    supports: text({ mode: 'json' }).$type<EventType[]>().notNull(),
    device: text({ mode: 'json' }).$type<DeviceHalf>(),
    warehouse: text({ mode: 'json' }).$type<WarehouseHalf>(),
    bi: text({ mode: 'json' }).$type<BiHalf>(),
    rate: real(),
    /** Requests in flight at most, of a destination each; null: what the platform says. */
    maxInFlight: integer('max_in_flight'),
    /** The events that it takes in one request; null: one. */
    batch: text({ mode: 'json' }).$type<BatchOffer>(),
    /** Number of the version that the row holds, and the one that some destinations have beside it; null: none. */
    live: integer().notNull().default(1),
    rollout: text({ mode: 'json' }).$type<Rollout>(),
    /** Under which version's number the certification lies that counts for the live one. */
    certifiedVersion: integer('certified_version').notNull().default(1),
    /** Grows with every change, so that two at once lose none. */
    version: integer().notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [index('integrations_look').on(table.look)],
)

export const destinations = sqliteTable(
  'destinations',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    sourceId: text('source_id').notNull(),
    integrationId: text('integration_id').notNull(),
    name: text().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    paused: integer({ mode: 'boolean' }).notNull().default(false),
    /** Why the platform has disabled it, in words for its owner. */
    notice: text(),
    /** What stays on the server, without secrets. */
    settings: text({ mode: 'json' }).$type<SettingsValues>().notNull(),
    /** What the SDKs may fetch; nothing else of this row ever goes to them. */
    deviceSettings: text('device_settings', { mode: 'json' }).$type<SettingsValues>().notNull().default({}),
    /** Null when the integration has no device half. */
    mode: text().$type<Mode>(),
    /** Of its integration, by id; null: none was chosen. */
    region: text(),
    /** The secret settings as one encrypted JSON object, and which key opens it. */
    secrets: text(),
    secretsKeyId: text('secrets_key_id'),
    /** Requests per second; null: what the integration says. */
    rate: real(),
    /** Workers; 0: its lane finds its own pace. */
    concurrency: integer().notNull(),
    /** Requests in flight at most, where it does; null: what the integration says. */
    maxInFlight: integer('max_in_flight'),
    schedule: schedule().notNull(),
    /** Grows with every change; a lane keeps the newest. */
    version: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    index('destinations_source').on(table.sourceId),
    index('destinations_workspace').on(table.workspaceId),
    index('destinations_integration').on(table.integrationId, table.workspaceId),
    // On a device a tool is known by its name alone, so a source has one of it.
    uniqueIndex('destinations_device')
      .on(table.sourceId, table.integrationId)
      .where(sql`mode IS NOT NULL AND enabled = 1`),
  ],
)

/** One row that grows with every change of settings: what an isolate reads to see whether its cache still holds. */
export const revision = sqliteTable('revision', {
  id: integer().primaryKey(),
  value: integer().notNull(),
})

/** What each of the last revisions changed. Written by triggers. */
export const changes = sqliteTable('changes', {
  revision: integer().primaryKey(),
  kind: text().$type<'source' | 'key' | 'integration' | 'destination'>().notNull(),
  id: text().notNull(),
  /** Of a key or a destination; of a source its own id. */
  sourceId: text('source_id'),
})

/** Sources that have a log of objects, noted before its first row. A trigger removes it with the source. */
export const objectLogs = sqliteTable('object_logs', { sourceId: text('source_id').primaryKey() })

import * as v from 'valibot'
import { CONNECTORS } from '../../integrations/index.ts'
import { COLUMN_TYPES } from '../../tables/index.ts'
import { JOB_STATES, SYNC_STATES } from '../../warehouse/index.ts'
import {
  anyObject,
  by,
  counts,
  flagged,
  fraction,
  named,
  type OperationGroup,
  paginationAnswer,
  success,
  text,
  time,
  whole,
} from '../operation.ts'
import {
  advancedSchedule,
  newBackfill,
  newConnection,
  newErasure,
  newRetyping,
  newWarehouse,
  selectiveSyncChanges,
  warehouseChanges,
  warehouseValidation,
} from './input.ts'

const trouble = v.nullable(
  v.object({
    code: text('password'),
    words: text('The server refuses the password.'),
    retry: flagged(false),
    sql: v.optional(text("alter role loader password '…';", 'What mends it.')),
  }),
)
const notice = v.object({
  code: text('not_castable'),
  table: text('order_completed'),
  column: v.nullable(text('total')),
  count: whole(3),
  samples: v.array(v.object({ id: text('ajs-7b1c'), value: text('twelve') })),
  words: text('3 values of order_completed.total do not fit the type of their column, and are NULL.'),
})
const check = v.object({
  code: text('password'),
  ok: flagged(false),
  words: text('The server refuses the password of loader.'),
  sql: v.optional(text("alter role loader password '…';", 'What mends it.')),
  policy: v.optional(text('{"Version":"2012-10-17"}', 'An IAM policy that mends it.')),
})
const checks = v.array(check)
const warehouse = v.object({ warehouse: named('Warehouse') })
const reports = v.object({ reports: v.array(named('Sync')), pagination: paginationAnswer })
const schedule = v.optional(
  v.object({
    times: v.array(v.object({ hourOfDay: whole(3), enabled: flagged(true) })),
    timezone: text('Europe/Berlin'),
  }),
)
const jobTimes = {
  id: text('bfl_3kTq8'),
  state: v.picklist(JOB_STATES),
  error: trouble,
  orderedAt: time(),
  startedAt: v.nullable(time()),
  endedAt: v.nullable(time()),
}

const FIELDS = {
  name: 'Its name; null: that of the catalogue.',
  enabled: 'Whether it is loaded.',
  settings:
    'As the catalogue lists them; a secret that is still masked stays as it is. A name among them is taken for its name.',
  schedule: 'everyMinutes: 5 to 1440; at: where it begins, a time of the day in UTC.',
}

const EXAMPLE = {
  host: 'db.example.com',
  port: 5432,
  database: 'analytics',
  username: 'loader',
  password: 'a long password',
}

const PARAMS = {
  id: text('whs_8sKw1', 'Id of the warehouse.'),
  sourceId: text('src_4fJk2mQ8', 'Id of a source that it loads.'),
  sync: text('syn_3kTq8', 'Id of the sync.'),
  job: text('bfl_3kTq8', 'Id of the backfill, retyping, erasure or removal.'),
}

const WAREHOUSES: OperationGroup = {
  name: 'Warehouses',
  about:
    'Databases that all events of sources are loaded into, as the tables that Segment makes: a schema a source, a table an event. A sync loads what is new, on a schedule or now.',
  params: PARAMS,
  schemas: {
    WarehouseMetadata: v.object({
      id: text('postgres'),
      name: text('PostgreSQL'),
      slug: text('postgres'),
      description: text('Loads every event of your sources as rows into a PostgreSQL database.'),
      status: text('PUBLIC'),
      connector: v.picklist(CONNECTORS),
      help: v.array(text('Make a user for it.', 'How one gets at the settings, step by step.')),
      logos: v.object({ default: text(''), alt: text(''), mark: text('') }),
      options: v.array(
        v.object({
          name: text('host'),
          label: text('Host'),
          type: text('string'),
          required: flagged(true),
          description: text('Name or address of the server.'),
          defaultValue: v.optional(v.unknown()),
          choices: v.optional(v.array(text('require'))),
          fixed: v.optional(v.pipe(v.literal(true), v.description('The default is its value.'))),
          hosts: v.optional(v.array(text('*.example.com'))),
        }),
      ),
    }),
    Warehouse: v.object({
      id: text('whs_8sKw1'),
      metadata: named('WarehouseMetadata'),
      workspaceId: text('ws_2fJk8'),
      name: text('PostgreSQL'),
      enabled: flagged(true),
      settings: anyObject({ host: 'db.example.com', password: '••••••••', name: 'PostgreSQL' }),
      schedule: v.object({
        everyMinutes: v.optional(whole(60)),
        at: v.optional(text('00:00')),
        hours: v.optional(v.array(whole(3))),
        timezone: v.optional(text('Europe/Berlin')),
      }),
      report: v.nullable(named('WarehouseStatus')),
      createdAt: time(),
    }),
    WarehouseStatus: v.object({
      state: v.picklist(['idle', 'running', 'failing', 'disabled']),
      failures: whole(0, 'Syncs in a row that failed.'),
      error: trouble,
      rows: whole(91_200, 'Loaded since it is there.'),
      nextAt: v.nullable(time()),
      loadedUntil: v.pipe(v.nullable(time()), v.description('What came until then is loaded, of every source.')),
      current: v.nullable(named('WarehouseSync')),
      last: v.nullable(named('WarehouseSync')),
      at: time(),
    }),
    WarehouseSync: v.object({
      id: text('syn_3kTq8'),
      cause: v.picklist(['schedule', 'person', 'retry']),
      state: v.picklist(SYNC_STATES),
      events: whole(4_000),
      rows: whole(8_600, 'That are new, in all tables.'),
      notices: whole(2, 'Values and events that were not loaded as sent.'),
      progress: fraction(1, 'Of what it has to read, 0 to 1.'),
      startedAt: time(),
      endedAt: v.nullable(time()),
      error: trouble,
    }),
    Sync: v.object({
      syncId: text('syn_3kTq8'),
      sourceId: text('src_4fJk2mQ8'),
      start: time(),
      end: v.nullable(time()),
      status: v.picklist(['RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED']),
      duration: whole(12, 'Seconds.'),
      humanDuration: text('12 s'),
      count: whole(8_600, 'Rows that are new.'),
      notices: v.array(v.object({ level: text('warning'), message: text('3 values …'), createdAt: time() })),
      events: whole(4_000),
      tables: counts({ tracks: 3_800, order_completed: 400 }, 'New rows, by table.'),
      error: trouble,
      details: v.array(notice),
    }),
    WarehouseTable: v.object({
      sourceId: text('src_4fJk2mQ8'),
      name: text('order_completed'),
      firstSeenAt: time(),
      rows: whole(400, 'That syncs have loaded.'),
      columns: v.array(v.object({ name: text('total'), type: text('double'), firstSeenAt: time() })),
    }),
    Backfill: v.object({
      ...jobTimes,
      kind: v.literal('backfill'),
      sourceId: text('src_4fJk2mQ8'),
      from: v.nullable(time()),
      collections: v.nullable(v.array(text('order_completed'))),
      events: whole(4_000),
      rows: whole(400),
      progress: fraction(0.4),
      notices: v.array(notice),
    }),
    Retyping: v.object({
      ...jobTimes,
      kind: v.literal('retyping'),
      sourceId: text('src_4fJk2mQ8'),
      collection: text('order_completed'),
      property: text('total'),
      type: v.picklist(COLUMN_TYPES),
      events: whole(4_000, 'That were read.'),
      filled: whole(400, 'Values that were put into the new column.'),
      read: whole(120, 'Rows of the log that were read.'),
      last: v.nullable(whole(300, 'Rows of the log that there are.')),
      progress: fraction(0.4),
      notices: v.array(notice),
    }),
    Erasure: v.object({
      ...jobTimes,
      kind: v.literal('erasure'),
      userIds: v.array(text('u-17')),
      removed: counts({ 'shop.tracks': 12 }, 'Rows, by schema and table.'),
      tables: whole(9, 'That were gone through.'),
    }),
    Removal: v.object({
      ...jobTimes,
      kind: v.literal('removal'),
      sourceId: text('src_4fJk2mQ8'),
      schema: text('stripe'),
      collections: v.array(text('charges', 'Of the source, as its vendor calls them.')),
      dropped: v.array(text('charges', 'A table.')),
      tables: v.nullable(whole(9, 'That there were. Null: it has not been looked.')),
    }),
  },
  operations: {
    'GET /api/warehouses': {
      id: 'listWarehouses',
      summary: 'Lists them, the oldest first, as each said last how it stands.',
      paged: 200,
      answer: { schema: v.object({ warehouses: v.array(named('Warehouse')), pagination: paginationAnswer }) },
    },
    'POST /api/warehouses': {
      id: 'createWarehouse',
      summary: 'Adds one, which loads the sources that are connected to it.',
      body: {
        schema: newWarehouse,
        example: { metadataId: 'postgres', settings: EXAMPLE },
        fields: { ...FIELDS, metadataId: 'Id or slug of its entry in the catalogue.' },
      },
      answer: { status: 201, schema: warehouse },
      refusals: { 404: 'There is no such entry.', 409: 'The workspace has as many as it may.' },
    },
    'POST /api/warehouses/validation': {
      id: 'createValidationInWarehouse',
      summary: 'Tries a connection by settings that are kept nowhere.',
      body: {
        schema: warehouseValidation,
        example: { metadataId: 'postgres', settings: EXAMPLE },
        fields: { metadataId: 'Id or slug of its entry in the catalogue.', settings: 'As the catalogue lists them.' },
      },
      answer: { schema: v.object({ status: v.picklist(['CONNECTED', 'FAILED']), checks }) },
      refusals: { 404: 'There is no such entry.' },
    },
    'GET /api/warehouses/:id': {
      id: 'getWarehouse',
      summary: 'One, with its settings; secrets are masked.',
      answer: { schema: warehouse },
    },
    'PATCH /api/warehouses/:id': {
      id: 'updateWarehouse',
      summary: 'Changes what is named.',
      about: 'With another host the password has to be given anew. After a failure it is tried at once.',
      body: { schema: warehouseChanges, example: { schedule: { everyMinutes: 1440, at: '03:30' } }, fields: FIELDS },
      answer: { schema: warehouse },
      refusals: { 409: 'Others are changing it.' },
    },
    'DELETE /api/warehouses/:id': {
      id: 'deleteWarehouse',
      summary: 'Removes it, and nothing of what is in the database.',
      answer: { schema: success },
    },
    'GET /api/warehouses/:id/connection-state': {
      id: 'getConnectionStateFromWarehouse',
      summary: 'Tries its connection now.',
      answer: { schema: v.object({ connectionState: v.picklist(['CONNECTED', 'FAILED']), checks }) },
    },
    'GET /api/warehouses/:id/status': {
      id: 'getWarehouseStatus',
      summary: 'How it stands now.',
      answer: { schema: v.object({ status: named('WarehouseStatus') }) },
    },
    'GET /api/warehouses/:id/connected-sources': {
      id: 'listConnectedSourcesFromWarehouse',
      summary: 'Lists the sources that it loads.',
      paged: 200,
      answer: { schema: v.object({ sources: v.array(named('Source')), pagination: paginationAnswer }) },
    },
    'POST /api/warehouses/:id/connected-sources/:sourceId': {
      id: 'addConnectionFromSourceToWarehouse',
      summary: 'Connects a source.',
      body: {
        schema: newConnection,
        optional: true,
        example: {},
        fields: { since: 'What was committed before is not loaded; absent: all is.' },
      },
      answer: { status: 201, schema: v.object({ status: v.literal('CONNECTED') }) },
      refusals: { 409: 'The warehouse has as many sources as it may.' },
    },
    'DELETE /api/warehouses/:id/connected-sources/:sourceId': {
      id: 'removeSourceConnectionFromWarehouse',
      summary: 'Disconnects a source, whose tables stay.',
      answer: { schema: success },
    },
    'POST /api/warehouses/:id/sync': {
      id: 'startSync',
      summary: 'Begins a sync, or answers the one that is running.',
      answer: { schema: v.object({ sync: named('WarehouseSync') }) },
      refusals: { 409: 'The warehouse is disabled.' },
    },
    'GET /api/warehouses/:id/syncs': {
      id: 'listSyncsFromWarehouse',
      summary: 'What its last hundred syncs did, source by source.',
      paged: 200,
      answer: { schema: reports },
    },
    'GET /api/warehouses/:id/syncs/:sync': {
      id: 'getSync',
      summary: 'One sync, with what it did source by source.',
      paged: 200,
      answer: {
        schema: v.object({
          sync: named('WarehouseSync'),
          reports: v.array(named('Sync')),
          pagination: paginationAnswer,
        }),
      },
    },
    'GET /api/warehouses/:id/tables': {
      id: 'listWarehouseTables',
      summary: 'The tables that syncs have seen, with their columns and types.',
      query: { sourceId: text('src_4fJk2mQ8', 'Only of this source.'), text: text('order', 'Part of a name.') },
      paged: 200,
      answer: { schema: v.object({ tables: v.array(named('WarehouseTable')), pagination: paginationAnswer }) },
    },
    'GET /api/warehouses/:id/backfills': {
      id: 'listBackfills',
      summary: 'Lists them, the newest first.',
      paged: 200,
      answer: { schema: v.object({ backfills: v.array(named('Backfill')), pagination: paginationAnswer }) },
    },
    'POST /api/warehouses/:id/backfills': {
      id: 'createBackfill',
      summary: 'Reads what a source has once more, beside the syncs.',
      body: {
        schema: newBackfill,
        example: { sourceId: 'src_4fJk2mQ8', from: '2026-11-01T00:00:00Z' },
        fields: {
          sourceId: 'A source that the warehouse loads.',
          from: 'From what was committed then on; absent: from the beginning.',
          collections: 'Only these tables; absent: all.',
        },
      },
      answer: { status: 201, schema: v.object({ backfill: named('Backfill') }) },
      refusals: { 409: 'Too much is under way.' },
    },
    'GET /api/warehouses/:id/backfills/:job': {
      id: 'getBackfill',
      summary: 'One of them.',
      answer: { schema: v.object({ backfill: named('Backfill') }) },
    },
    'DELETE /api/warehouses/:id/backfills/:job': {
      id: 'cancelBackfill',
      summary: 'Cancels it, and keeps what it has loaded.',
      answer: { schema: success },
      refusals: { 409: 'It is over.' },
    },
    'GET /api/warehouses/:id/retypings': {
      id: 'listRetypings',
      summary: 'Lists them, the newest first.',
      paged: 200,
      answer: { schema: v.object({ retypings: v.array(named('Retyping')), pagination: paginationAnswer }) },
    },
    'POST /api/warehouses/:id/retypings': {
      id: 'createRetyping',
      summary: 'Gives a column another type, and fills it anew from the archive.',
      about:
        'A new column is filled beside the old one, which stays as it is until the new one takes its place. Syncs go on meanwhile. Of users and identifies, and of accounts and groups, both get the type.',
      body: {
        schema: newRetyping,
        example: { sourceId: 'src_4fJk2mQ8', collection: 'order_completed', property: 'total', type: 'double' },
        fields: {
          sourceId: 'A source that the warehouse loads.',
          collection: 'The table.',
          property: 'The column.',
          type: 'The type that it is given.',
        },
      },
      answer: { status: 201, schema: v.object({ retyping: named('Retyping') }) },
      refusals: { 409: 'This kind of warehouse cannot do it, or too much is under way.' },
    },
    'GET /api/warehouses/:id/retypings/:job': {
      id: 'getRetyping',
      summary: 'One of them: how much is read, and what stands in its way.',
      answer: { schema: v.object({ retyping: named('Retyping') }) },
    },
    'DELETE /api/warehouses/:id/retypings/:job': {
      id: 'cancelRetyping',
      summary: 'Cancels it: the column stays as it is.',
      answer: { schema: success },
      refusals: { 409: 'It is over, or the new column is taking its place.' },
    },
    'GET /api/warehouses/:id/erasures': {
      id: 'listErasures',
      summary: 'Lists them, the newest first.',
      paged: 200,
      answer: { schema: v.object({ erasures: v.array(named('Erasure')), pagination: paginationAnswer }) },
    },
    'POST /api/warehouses/:id/erasures': {
      id: 'createErasure',
      summary: 'Removes the rows of people from every table, for good.',
      about:
        'It begins at once, asks nobody again, and can be neither stopped nor undone: all rows with their id as user_id go, in users by id, in aliases also by previous_id, from every table of every source of this warehouse, and samples of their values in the notices of syncs, backfills and retypings. What they had sent until now is not loaded again. It goes on after any failure, and says table by table what it removed. The archive keeps their events, and other warehouses their rows.',
      body: {
        schema: newErasure,
        example: { userIds: ['u-17'] },
        fields: { userIds: 'Of people, as events have them; at most 100.' },
      },
      answer: { status: 201, schema: v.object({ erasure: named('Erasure') }) },
      refusals: { 409: 'Too much is under way.' },
    },
    'GET /api/warehouses/:id/erasures/:job': {
      id: 'getErasure',
      summary: 'One of them: how many rows it has removed.',
      answer: { schema: v.object({ erasure: named('Erasure') }) },
    },
    'GET /api/warehouses/:id/removals': {
      id: 'listRemovals',
      summary: 'Lists those of tables of cloud sources, the newest first.',
      paged: 200,
      answer: { schema: v.object({ removals: v.array(named('Removal')), pagination: paginationAnswer }) },
    },
    'GET /api/warehouses/:id/removals/:job': {
      id: 'getRemoval',
      summary: 'One of them: which tables it has dropped.',
      answer: { schema: v.object({ removal: named('Removal') }) },
    },
  },
}

const SELECTIVE_SYNC: OperationGroup = {
  name: 'Selective sync',
  about: 'What of a source is loaded into a warehouse, and when.',
  params: PARAMS,
  operations: {
    'GET /api/warehouses/:id/connected-sources/:sourceId/selective-syncs': {
      id: 'listSelectiveSyncsFromWarehouseAndSource',
      summary: 'The tables of a source, and what is loaded.',
      paged: 200,
      answer: {
        schema: v.object({
          items: v.array(
            v.object({
              sourceId: text('src_4fJk2mQ8'),
              collection: text('order_completed'),
              warehouseId: text('whs_8sKw1'),
              enabled: flagged(true),
              properties: by(v.object({ enabled: v.boolean() }), { total: { enabled: true } }),
            }),
          ),
          pagination: paginationAnswer,
        }),
      },
    },
    'PATCH /api/warehouses/:id/selective-sync': {
      id: 'updateSelectiveSyncForWarehouse',
      summary: 'Says what is loaded.',
      about:
        'A source that is enabled again goes on where it stopped; a table or a column is loaded from now on, and a backfill brings what was missed.',
      body: {
        schema: selectiveSyncChanges,
        example: { syncOverrides: [{ sourceId: 'src_4fJk2mQ8', collection: 'order_completed', enabled: false }] },
        fields: {
          syncOverrides:
            'At most 1,000: a source, perhaps a table of it and a column of that, and whether it is loaded.',
        },
      },
      answer: {
        schema: v.object({ status: v.picklist(['UPDATED', 'UNCHANGED']), warnings: v.array(text('')) }),
      },
      refusals: { 409: 'Others are changing it.' },
    },
    'GET /api/warehouses/:id/connected-sources/:sourceId/syncs': {
      id: 'listSyncsFromWarehouseAndSource',
      summary: 'What syncs did with one source.',
      paged: 200,
      answer: { schema: reports },
    },
    'GET /api/warehouses/:id/advanced-sync-schedule': {
      id: 'getAdvancedSyncScheduleFromWarehouse',
      summary: 'Hours of the day, where the schedule is set so.',
      answer: { schema: v.object({ enabled: flagged(true), schedule }) },
    },
    'PUT /api/warehouses/:id/advanced-sync-schedule': {
      id: 'replaceAdvancedSyncScheduleForWarehouse',
      summary: 'Has it loaded at hours of the day.',
      body: {
        schema: advancedSchedule,
        example: { enabled: true, schedule: { times: [{ hourOfDay: 3, enabled: true }], timezone: 'Europe/Berlin' } },
        fields: { enabled: 'false: every hour.', schedule: 'Hours, and the time zone that they are of.' },
      },
      answer: { schema: v.object({ enabled: flagged(true), schedule }) },
    },
  },
}

export const GROUPS = [WAREHOUSES, SELECTIVE_SYNC]

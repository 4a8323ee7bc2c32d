import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Words of a workspace that say what a source is for: `environment: production`. */
export const labels = sqliteTable(
  'labels',
  {
    workspaceId: text('workspace_id').notNull(),
    key: text().notNull(),
    value: text().notNull(),
    description: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.key, table.value] })],
)

/** Labels of a source at most: each list of sources carries them. */
export const MOST_OF_SOURCE = 20

/** Which source has which label. */
export const sourceLabels = sqliteTable(
  'source_labels',
  {
    sourceId: text('source_id').notNull(),
    key: text().notNull(),
    value: text().notNull(),
    workspaceId: text('workspace_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sourceId, table.key, table.value] }),
    index('source_labels_label').on(table.workspaceId, table.key, table.value),
  ],
)

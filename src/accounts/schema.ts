import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Role } from './roles.ts'

/**
 * `users`, `sessions`, `credentials`, `verifications` and `two_factors` are better-auth's: their properties have the
 * names that it asks for. The other tables are this room's own. Times are milliseconds since 1970.
 */
const time = (name: string) => integer(name, { mode: 'timestamp_ms' })

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: integer('email_verified', { mode: 'boolean' }).notNull(),
  image: text(),
  twoFactorEnabled: integer('two_factor_enabled', { mode: 'boolean' }),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
})

/** A token is worth nothing without its signature, and that is in the cookie alone. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    userId: text('user_id').notNull(),
    /** The workspace that the person looks at; null: the first they joined. */
    workspaceId: text('workspace_id'),
    expiresAt: time('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('sessions_user').on(table.userId)],
)

/** Passwords, as scrypt makes them; better-auth calls a way to sign in an account. */
export const credentials = sqliteTable(
  'credentials',
  {
    id: text().primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: text('user_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text(),
    password: text(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('credentials_user').on(table.userId)],
)

/** One-time links and challenges; identifiers are kept as hashes. */
export const verifications = sqliteTable(
  'verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('verifications_identifier').on(table.identifier)],
)

/** Secrets of authenticator apps and recovery codes, encrypted. */
export const twoFactors = sqliteTable(
  'two_factors',
  {
    id: text().primaryKey(),
    userId: text('user_id').notNull(),
    secret: text().notNull(),
    backupCodes: text('backup_codes').notNull(),
    verified: integer({ mode: 'boolean' }),
    failedVerificationCount: integer('failed_verification_count'),
    lockedUntil: time('locked_until'),
  },
  (table) => [index('two_factors_user').on(table.userId)],
)

/** Who belongs to a workspace, and as what. */
export const members = sqliteTable(
  'members',
  {
    workspaceId: text('workspace_id').notNull(),
    userId: text('user_id').notNull(),
    role: text().$type<Role>().notNull(),
    /** For a source admin: the sources that were granted. */
    sources: text({ mode: 'json' }).$type<string[]>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index('members_user').on(table.userId, table.createdAt),
  ],
)

/** People who look after the applications of partners, in the whole deployment. */
export const reviewers = sqliteTable('reviewers', {
  userId: text('user_id').primaryKey(),
  /** The operator who named them: e-mail address, or the name of a token. */
  namedBy: text('named_by').notNull(),
  createdAt: integer('created_at').notNull(),
})

/** An invitation, good for one person and once; of its link only the SHA-256 is kept. */
export const invites = sqliteTable(
  'invites',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    email: text().notNull(),
    role: text().$type<Role>().notNull(),
    sources: text({ mode: 'json' }).$type<string[]>().notNull(),
    hash: text().notNull().unique(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('invites_workspace').on(table.workspaceId, table.createdAt)],
)

/** Tokens of the Public API; only their SHA-256 is kept. */
export const apiTokens = sqliteTable(
  'api_tokens',
  {
    hash: text().primaryKey(),
    id: text().notNull().unique(),
    workspaceId: text('workspace_id').notNull(),
    name: text().notNull(),
    /** `full`, `read-only`, or permissions with spaces between them. */
    scope: text().notNull().default('full'),
    /** The person whose rights it borrows; null: `ADMIN_TOKEN`, or made before this was kept. */
    madeBy: text('made_by'),
    createdAt: integer('created_at').notNull(),
    /** Within five minutes. */
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [index('api_tokens_workspace').on(table.workspaceId, table.createdAt)],
)

/** Programs of partners that customers can allow to act for them: clients in the words of OAuth. */
export const oauthClients = sqliteTable(
  'oauth_clients',
  {
    id: text().primaryKey(),
    /** The workspace that has made the integration. */
    workspaceId: text('workspace_id').notNull(),
    /** What it may be allowed is about destinations of this integration alone. */
    integrationId: text('integration_id').notNull(),
    name: text().notNull(),
    redirectUris: text('redirect_uris', { mode: 'json' }).$type<string[]>().notNull(),
    /** Where on the partner's site a customer begins; null: nobody is sent there from here. */
    startUrl: text('start_url'),
    /** SHA-256 of its secret; null: a public client, which has none. */
    secretHash: text('secret_hash'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('oauth_clients_integration').on(table.integrationId, table.createdAt)],
)

/** What a customer has allowed a client: one destination. A trigger removes a row with its client or destination. */
export const oauthGrants = sqliteTable(
  'oauth_grants',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    clientId: text('client_id').notNull(),
    destinationId: text('destination_id').notNull(),
    /** The person, whose own rights it never goes beyond. */
    allowedBy: text('allowed_by').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [
    uniqueIndex('oauth_grants_client').on(table.destinationId, table.clientId),
    index('oauth_grants_client_id').on(table.clientId),
  ],
)

/** Codes and tokens of a grant, by their SHA-256. A trigger removes a row with its grant. */
export const oauthTokens = sqliteTable(
  'oauth_tokens',
  {
    hash: text().primaryKey(),
    grantId: text('grant_id').notNull(),
    kind: text().$type<'code' | 'access' | 'refresh'>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** When it was exchanged; what is good once is kept so long, so that a second time is found. */
    spentAt: integer('spent_at'),
    /** Of a code: the hash of the verifier (PKCE), and where it was sent. */
    challenge: text(),
    redirectUri: text('redirect_uri'),
  },
  (table) => [
    index('oauth_tokens_grant').on(table.grantId, table.kind, table.createdAt),
    index('oauth_tokens_expires').on(table.expiresAt),
  ],
)

/** How often something secret was tried, by address and by account. */
export const attempts = sqliteTable('attempts', {
  key: text().primaryKey(),
  count: integer().notNull(),
  resetAt: integer('reset_at').notNull(),
})

/** Who changed what. Ids grow with time. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    at: integer().notNull(),
    /** What happened: `Source Created`. */
    type: text().notNull(),
    actorType: text('actor_type').$type<'user' | 'token' | 'platform'>().notNull(),
    actorId: text('actor_id').notNull(),
    /** A person's e-mail address, a token's name. */
    actorName: text('actor_name').notNull(),
    address: text(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id').notNull(),
    resourceName: text('resource_name').notNull(),
    /** What differs, without secrets; null: it was not there. */
    before: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    after: text({ mode: 'json' }).$type<Record<string, unknown>>(),
  },
  (table) => [index('audit_events_workspace').on(table.workspaceId, table.id)],
)

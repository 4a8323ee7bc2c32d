import type { CertifierRemote } from './certify/index.ts'
import type { SweepRemote } from './inbox/index.ts'
import type { IntakeRemote } from './intake/index.ts'
import type { LaneRemote } from './lane/index.ts'
import type { WorkspaceOverviewRemote } from './overview/index.ts'
import type { PullerRemote } from './pull/index.ts'
import type { ReplayRemote } from './replay/index.ts'
import type { ReplayTerms } from './settings/index.ts'
import type { ShopRemote } from './shop/index.ts'
import type { StatisticsRemote } from './statistics/index.ts'
import type { WarehouseRemote } from './warehouse/index.ts'

/** The bindings and variables of the Worker, as `wrangler.toml` declares them; a test compares the two. */
export interface Env {
  DB: D1Database
  ARCHIVE: R2Bucket
  EVENTS: Queue<string>
  EVENTS_DLQ: Queue<string>
  DELIVERIES: Queue<WakeUp>
  INTAKE: Objects<IntakeRemote>
  LANE: Objects<LaneRemote>
  REPLAY: Objects<ReplayRemote>
  STATISTICS: Objects<StatisticsRemote>
  WAREHOUSE: Objects<WarehouseRemote>
  OVERVIEW: Objects<WorkspaceOverviewRemote>
  SHOP: Objects<ShopRemote>
  PULLER: Objects<PullerRemote>
  CERTIFIER: Objects<CertifierRemote>
  SWEEP: Objects<SweepRemote>
  ASSETS: Fetcher

  /** Secret: the bearer token of the first workspace's administrator. */
  ADMIN_TOKEN?: string
  /** Secret: `id:base64-of-32-bytes`, several separated by spaces; the first encrypts, all decrypt. */
  ENCRYPTION_KEYS?: string
  /** `reject` (default): 400 `unknown_source`; `ignore`: Segment's silent 200. */
  UNKNOWN_WRITE_KEY?: string
  /** `inbox`: every accepted batch goes through R2 before its reply. Default: only when the queue cannot take it. */
  ACCEPT?: string
  /** `0`: each source has objects of its own in the archive. Default: small batches of several sources share one. */
  ARCHIVE_SHARED?: string
  /** A source's limit; `0`: none. Default 1000. */
  SOURCE_EVENTS_PER_SECOND?: string
  /** `operator`: only the first workspace brings write keys of its own choice, others get them from there. Default: everybody. */
  WRITE_KEYS_BY?: string
  /** `name=number` with spaces between: see `settings/quotas.ts`. */
  QUOTAS?: string
  /** Secret: OAuth clients of cloud sources, `vendor=id:secret` with spaces between. Default: everybody brings their own. */
  OAUTH_CLIENTS?: string
  /** `1`: anybody may sign up, and gets a workspace of their own. Default: by invitation. */
  OPEN_SIGN_UP?: string
  /** Secret: the URL that mail is posted to, as JSON `{to, subject, text}`. Default: links are shown to be passed on. */
  MAIL_WEBHOOK?: string
  /** Where the panel is found, such as `https://in.example.com`: alerts link there. Default: they name the path alone. */
  PANEL_URL?: string
  /** A path such as `/collect`, beneath which devices find everything too. */
  PATH_PREFIX?: string
  /** `1` only in the local run: destinations may then be on loopback, over plain http. */
  ALLOW_LOCAL_DESTINATIONS?: string
  /** The port of the local run: no destination. */
  LOCAL_PORT?: string
  /** Milliseconds: what was sent is settled after this while a grant goes on. Default: when it is over; a local run: a second. */
  SETTLE_MS?: string
  /** Another one with each start of a local run: see `Context.generation`. */
  GENERATION?: string
}

/** Queue `deliveries`: this lane has something to do. Losing or doubling it is harmless. */
export interface WakeUp {
  lane: string
  /** Of the lane of a replay: whose pace it shares. */
  replay?: Pick<ReplayTerms, 'destination' | 'share'>
}

/**
 * A namespace of Durable Objects whose stubs answer `R`. The platform's own type of a stub makes arrays of tuples, and
 * what is `unknown` uncallable.
 */
export interface Objects<R> {
  getByName(name: string): R
}

/** Methods `K` of a class as the stub of a Durable Object has them: each answers a promise. */
export type Remote<C, K extends keyof C> = {
  [M in K]: C[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never
}

/** What a Durable Object has to take over from `C` so that its stubs answer `R`, and its events `E` of the platform. */
export type Served<C, R, E extends keyof C = never> = Pick<C, E | (keyof C & keyof R)>

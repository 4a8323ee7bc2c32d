import type { IntegrationState } from '../../integrations/index.ts'
import type { IntegrationRow } from '../../settings/index.ts'
import type { Picture } from '../picture.ts'
import type { PictureName } from './pictures.ts'

/** How far a version of an integration is. `former`: another has taken its place. */
export const VERSION_STATES = ['draft', 'rolling', 'live', 'former', 'halted', 'reverted'] as const
export type VersionState = (typeof VERSION_STATES)[number]

/** Attempts, of one event each. */
export interface Attempts {
  delivered: number
  failed: number
}

/** What came of a version that is rolled out, beside the old one. */
export interface RolloutFigures {
  /** Of destinations that have it, since they have it; how many were asked. */
  now: Attempts & { destinations: number }
  /** Of the same destinations, in the day before. */
  before: Attempts
  /** Of destinations that have the old one, in the same time as `now`; `null`: there are none. */
  old: (Attempts & { destinations: number }) | null
}

/** Columns of the row of an integration that its maker writes. */
const CONTENT = [
  'name',
  'description',
  'categories',
  'site',
  'support',
  'endpoint',
  'regions',
  'fields',
  'supports',
  'device',
  'warehouse',
  'bi',
  'rate',
  'maxInFlight',
  'batch',
] as const
export type VersionContent = Pick<IntegrationRow, (typeof CONTENT)[number]>

/** All that a version is: what its maker writes of the integration. */
export interface VersionBody {
  content: VersionContent
  /** Markdown as it was written. */
  docs: string
  /** As they are served. */
  pictures: Record<PictureName, Picture>
}

/** What its maker writes of an integration, of its row. */
export function contentOfRow(row: VersionContent): VersionContent {
  return Object.fromEntries(CONTENT.map((name) => [name, row[name]])) as VersionContent
}

/** States in which a change of what customers have is a new version. */
export const VERSIONED: readonly IntegrationState[] = ['PUBLIC_BETA', 'PUBLIC', 'DEPRECATED']

/**
 * Whether a change is made to a draft, and not to what customers have at once. In private beta only as soon as there is a
 * customer (`customers`), else always when everybody may have it, or one is drafted or rolled out already.
 */
export function isVersioned(
  { status, rollout }: Pick<IntegrationRow, 'status' | 'rollout'>,
  { customers, draft }: { customers: boolean; draft: boolean },
): boolean {
  if (draft || rollout !== null) return true
  return VERSIONED.includes(status) || (status === 'PRIVATE_BETA' && customers)
}

/** A version as the columns of its table have it. */
export function versionColumns({ content, docs, pictures: { logo, mark } }: VersionBody) {
  return { content, docs, logo: logo.body, logoType: logo.type, mark: mark.body, markType: mark.type }
}

/** What `versionColumns` was made of. */
export function bodyOfColumns({
  content,
  docs,
  logo,
  logoType,
  mark,
  markType,
}: ReturnType<typeof versionColumns>): VersionBody {
  return { content, docs, pictures: { logo: { body: logo, type: logoType }, mark: { body: mark, type: markType } } }
}

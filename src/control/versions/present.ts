import { isoTime } from '../../event/index.ts'
import { hideAddresses } from '../../settings/index.ts'
import { type Difference, differencesOf } from '../catalogue/index.ts'
import type { VersionLine, VersionShown } from './queries.ts'

const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at))

/** The API's Version. */
export function presentVersion(version: VersionLine) {
  const { number, state, previous, share, figures, why } = version
  const { createdAt, editedAt, submittedAt, liveAt, endedAt, since, lookedAt } = version
  return {
    number,
    state,
    previous,
    createdAt: isoTime(createdAt),
    editedAt: isoTime(editedAt),
    submittedAt: isoOrNull(submittedAt),
    liveAt: isoOrNull(liveAt),
    endedAt: isoOrNull(endedAt),
    rollout: share === null ? null : { share, since: isoOrNull(since), lookedAt: isoOrNull(lookedAt) },
    figures: figures && { now: figures.now, before: figures.before, old: figures.old },
    why,
  }
}

/** What of a version is another. `isMine`: addresses are told whole, as they may have secrets in them. */
export async function shownDifferences({ base, body, row }: VersionShown, isMine: boolean): Promise<Difference[]> {
  const all = differencesOf(base, body).map(withoutPictures)
  const hidden = async (one: Difference): Promise<Difference> => ({
    ...one,
    before: await hideAddresses(one.before, row.id),
    after: await hideAddresses(one.after, row.id),
  })
  return isMine ? all : Promise.all(all.map(hidden))
}

/** The API's VersionChange. */
export function presentDifference({ field, before = null, after = null, words }: Difference) {
  return { field, before, after, words }
}

/** A picture is told by its length. */
function withoutPictures(one: Difference): Difference {
  if (one.field !== 'logo' && one.field !== 'mark') return one
  const told = (body: unknown) =>
    typeof body === 'string' ? `A picture of ${body.length.toLocaleString('en-GB')} characters` : undefined
  return { ...one, before: told(one.before), after: told(one.after) }
}

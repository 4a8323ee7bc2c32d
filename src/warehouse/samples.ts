import { keyText, SAMPLE_CHARACTERS, type SyncNotice } from '../tables/index.ts'

/** Notices of a portion, each sample with the people of what it is of: so that it can be forgotten with them. */
export function withPeople<T>(
  notices: readonly SyncNotice[],
  all: readonly T[],
  peopleOf: (one: T) => { id: string; of: string[] } | null,
): SyncNotice[] {
  if (notices.every(({ samples }) => samples.length === 0)) return [...notices]
  const wanted = new Set(notices.flatMap(({ samples }) => samples.map(({ id }) => id)))
  const people = new Map<string, string[]>()
  for (const one of all) {
    const known = peopleOf(one)
    const id = known?.id.slice(0, SAMPLE_CHARACTERS)
    if (known && id !== undefined && wanted.has(id)) people.set(id, [...(people.get(id) ?? []), ...known.of])
  }
  return notices.map((notice) => ({
    ...notice,
    samples: notice.samples.map((sample) => {
      const of = people.get(sample.id)
      return of ? { ...sample, of: [...new Set(of)] } : sample
    }),
  }))
}

/**
 * Notices without the samples of these people. One of which it is not known whose it is goes too; one that is of no event,
 * as the key of an object of the archive that is gone, stays. `null`: they have none.
 */
export function withoutPeople(notices: readonly SyncNotice[], userIds: readonly string[]): SyncNotice[] | null {
  const gone = new Set(userIds)
  const keys = new Set(userIds.map((id) => keyText(id).slice(0, SAMPLE_CHARACTERS)))
  const stays = ({ id, of }: SyncNotice['samples'][number]) =>
    of ? !keys.has(id) && !of.some((one) => gone.has(one)) : id === ''
  if (notices.every(({ samples }) => samples.every(stays))) return null
  return notices.map((notice) => ({ ...notice, samples: notice.samples.filter(stays) }))
}

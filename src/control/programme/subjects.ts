import type { SubjectReaders } from '../../accounts/index.ts'
import { getProgramme } from './queries.ts'

export const SUBJECTS: SubjectReaders = {
  programme: {
    // Of the deployment, so of no workspace more than of another.
    snapshot: async (db) => {
      const { updatedAt: _updatedAt, ...values } = await getProgramme(db)
      return { name: values.name, values }
    },
  },
}

import { and, eq } from 'drizzle-orm'
import type { Subject, SubjectReaders } from '../../accounts/index.ts'
import { labelText, type LabelWords } from './queries.ts'
import { labels } from './schema.ts'

/** What the audit trail knows a label by: its path. */
export const labelId = ({ key, value }: LabelWords) => [key, value].map(encodeURIComponent).join('/')

/** The label of such an id; of anything else one that nobody has. */
export function labelOfId(id: string): LabelWords {
  const [key = '', value = ''] = id.split('/').map(decoded)
  return { key, value }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

/** The label that a path names. */
export const subjectLabel: Subject = {
  type: 'label',
  ids: (c) => [labelId({ key: c.req.param('key') ?? '', value: c.req.param('value') ?? '' })],
}

export const SUBJECTS: SubjectReaders = {
  label: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { key, value } = labelOfId(id)
      const { description } = labels
      const [row] = await orm
        .select({ key: labels.key, value: labels.value, description })
        .from(labels)
        .where(and(eq(labels.workspaceId, workspaceId), eq(labels.key, key), eq(labels.value, value)))
      return row && { name: labelText(row), values: row }
    },
  },
}

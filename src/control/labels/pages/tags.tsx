import { Tag } from '../../../ui/components/badge.tsx'
import { type Label, labelText } from '../queries.ts'

/** Labels as they stand beside what has them. */
export function LabelTags({ labels }: { labels: readonly Label[] }) {
  return labels.map((label) => <Tag>{labelText(label)}</Tag>)
}

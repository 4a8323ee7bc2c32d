import type { Crumb } from '../../../ui/components/crumbs.tsx'

/** What a page about a partner's integration begins with for reviewers. */
export function reviewHead(id: string, title: string, what: string) {
  const crumbs: Crumb[] = [
    ['Submissions', '/submissions'],
    [title, `/submissions/${id}`],
  ]
  return { title: `${what} of ${title}`, current: 'submissions', crumbs }
}

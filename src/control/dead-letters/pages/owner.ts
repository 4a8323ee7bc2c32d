import type { PanelContext } from '../../../ui/context.ts'
import type { PageProps } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import type { Lettered } from '../owner.ts'

/** What pages say of whatever has dead letters. */
export interface ShownOwner extends Lettered {
  /** Where its pages are: `/destinations/dst_4k…`. */
  path: string
  /** What its pages of dead letters begin with: title, crumbs, tabs. */
  head: Omit<PageProps, 'children' | 'actions'>
  /** Whether whoever looks may send something again. */
  mayWrite: boolean
}

export interface PageOwner {
  /** Of the audit trail: what a redrive is about. */
  subject: string
  /** One query. Throws 404. */
  describe(c: PanelContext, deps: ControlDeps): Promise<ShownOwner>
}

import { titleOf } from '../../../integrations/index.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { countCustomersOf } from '../customer-queries.ts'
import { getLiving } from '../queries.ts'
import { CustomerSlots } from './slots.tsx'
import { lifeHead } from './tabs.tsx'

/** `GET /integrations/:id/customers`: who counts as a customer, for the partner. Two queries. */
export async function showCustomers(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const [living, count] = await Promise.all([getLiving(db, id, c.var.access.workspaceId), countCustomersOf(db, id)])
  return showPage(c, {
    ...lifeHead(living, 'customers', c.var.access),
    children: <CustomerSlots of={count} now={ctx.now()} />,
  })
}

/** `GET /submissions/:id/customers`: the same for reviewers. */
export async function showSubmissionCustomers(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const [living, count] = await Promise.all([getLiving(db, id), countCustomersOf(db, id)])
  const title = titleOf(living.integration)
  return showPage(c, {
    title: `Customers of ${title}`,
    current: 'submissions',
    crumbs: [
      ['Submissions', '/submissions'],
      [title, `/submissions/${id}`],
    ],
    children: <CustomerSlots of={count} now={ctx.now()} />,
  })
}

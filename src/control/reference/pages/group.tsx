import { refusal } from '../../../refusal.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { operationsOf } from '../curl.ts'
import { groupSlug } from './groups.tsx'
import { OperationCard } from './operation.tsx'

/** `GET /reference/:group`: each operation with all that it takes and answers. */
export async function groupPage(c: PanelContext, { reference }: ControlDeps) {
  const document = await reference()
  const wanted = c.req.param('group')
  const group = document.tags.find(({ name }) => groupSlug(name) === wanted)
  if (!group) throw refusal(404, 'The API has no such group of operations.')
  const { origin } = new URL(c.req.url)
  return showPage(c, {
    title: group.name,
    current: 'reference',
    crumbs: [['API reference', '/reference']],
    lead: group.description,
    children: (
      <>
        {operationsOf(document)
          .filter(({ operation }) => operation.tags[0] === group.name)
          .map((one) => (
            <OperationCard of={one} document={document} origin={origin} />
          ))}
      </>
    ),
  })
}

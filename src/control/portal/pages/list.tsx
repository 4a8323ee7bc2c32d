import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Mark } from '../../../ui/components/mark.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { listOwnIntegrations, pictureUrls } from '../../catalogue/index.ts'
import { catalogueStatus, kindName } from '../../catalogue/pages/index.ts'
import type { ControlDeps } from '../../request.ts'

/** `GET /integrations`: what this workspace has built. */
export async function showOwnIntegrations(c: PanelContext, { db }: ControlDeps) {
  const all = await listOwnIntegrations(db, c.var.access.workspaceId)
  const build = (
    <Button kind="main" icon="plus" href="/integrations/new">
      Build an integration
    </Button>
  )
  const actions = (
    <>
      <Button href="/integrations/manifest">Import a manifest</Button>
      {build}
    </>
  )
  return showPage(c, {
    title: 'Your integrations',
    current: 'integrations',
    lead: 'What you build for others to switch on. Until it is published, it is yours alone.',
    actions: all.length > 0 && actions,
    children:
      all.length === 0 ? (
        <Empty icon="catalogue" title="Nothing built yet" action={build}>
          An endpoint of yours that gets events, a library that runs on devices, or a database that is loaded.
        </Empty>
      ) : (
        <Table
          caption="Integrations of this workspace"
          columns={[
            { title: 'Integration' },
            { title: 'State' },
            { title: 'Kind', wide: true },
            { title: 'Slug', wide: true },
          ]}
          rows={all.map((one) => [
            <span class="own-integration">
              <Mark name={titleOf(one)} picture={pictureUrls(one).mark} />
              <a href={`/integrations/${one.id}`}>{titleOf(one)}</a>
            </span>,
            <Badge tone={catalogueStatus(one).tone}>{catalogueStatus(one).words}</Badge>,
            kindName(one.kind),
            <code>{one.slug}</code>,
          ])}
        />
      ),
  })
}

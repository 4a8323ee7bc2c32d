import type { Context } from 'hono'
import { titleOf } from '../../../integrations/index.ts'
import { Tag } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Mark } from '../../../ui/components/mark.tsx'
import { plural } from '../../../ui/counts.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { pictureUrls } from '../../catalogue/index.ts'
import { IntegrationDocs, IntegrationMaker, kindName, kindWords } from '../../catalogue/pages/index.ts'
import { findStartUrl } from '../../oauth/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { LinkPictures } from './link-pictures.tsx'
import { findLive, listLive } from '../queries.ts'

/** `GET /partners/integrations`: all that is live. Two queries. */
export async function showLiveIntegrations(c: Context, { db }: ControlDeps) {
  const [programme, live] = await Promise.all([getProgramme(db), listLive(db)])
  const children = (
    <ul class="tiles">
      {live.map((one) => (
        <li>
          <a href={`/partners/integrations/${one.slug}`} class="live">
            <Mark name={titleOf(one)} picture={pictureUrls(one).mark} />
            {titleOf(one)}
          </a>
          <p class="soft">{one.description}</p>
        </li>
      ))}
    </ul>
  )
  return showPublic(c, {
    title: 'Integrations',
    brand: brandOf(programme),
    description: `What the events of ${programme.name} can be sent to: ${plural(live.length, 'integration')}.`,
    current: '/partners/integrations',
    lead: `${plural(live.length, 'integration')} that every customer can switch on.`,
    children,
  })
}

/** `GET /partners/integrations/:slug`. Three queries. */
export async function showLiveIntegration(c: Context, { db }: ControlDeps) {
  const [programme, one] = await Promise.all([getProgramme(db), findLive(db, c.req.param('slug') ?? '')])
  const startUrl = one?.maker === undefined ? undefined : await findStartUrl(db, one.id)
  const brand = brandOf(programme)
  const above = (
    <p>
      <a href="/partners/integrations">Integrations</a>
    </p>
  )
  if (!one) {
    return showPublic(
      c,
      { title: 'There is no such integration', brand, above, current: '/partners/integrations' },
      404,
    )
  }
  const title = titleOf(one)
  const asked = one.fields.filter(({ fixed }) => !fixed)
  const children = (
    <>
      <div class="columns">
        <Card title="What it is">
          <Facts
            of={[
              ['Kind', kindName(one.kind)],
              ['How', kindWords(one.kind) ?? '–'],
              ['Found under', one.categories.join(', ')],
              ['Calls', one.supports.length === 0 ? 'All' : one.supports.map((call) => <Tag>{call}</Tag>)],
            ]}
          />
        </Card>
        <Card title="What it asks for">
          {asked.length === 0 ? (
            <p>Nothing: enable it, and events flow.</p>
          ) : (
            <ul class="plain">
              {asked.map(({ label, required }) => (
                <li>
                  {label}
                  {!required && <span class="optional">optional</span>}
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
      <IntegrationMaker of={one} />
      <IntegrationDocs title={title} docs={one.docs ?? ''} />
      <LinkPictures c={c} name={programme.name} slug={one.slug} startUrl={startUrl} />
      <div class="actions">
        {startUrl !== undefined && (
          <Button kind="main" href={startUrl}>
            Enable {title}
          </Button>
        )}
        <Button kind={startUrl === undefined ? 'main' : 'plain'} href={`/catalogue/${one.slug}`}>
          Connect {title}
        </Button>
        <Button kind="quiet" href="/partners/apply">
          Build your own
        </Button>
      </div>
    </>
  )
  return showPublic(c, {
    title,
    brand,
    description: one.description,
    above,
    current: '/partners/integrations',
    lead: one.description,
    children,
  })
}

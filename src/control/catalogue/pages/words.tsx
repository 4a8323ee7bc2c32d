import { raw } from 'hono/html'
import { type Integration, titleOf } from '../../../integrations/index.ts'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { renderPartnerMarkdown } from '../../markdown.ts'
import { pictureUrls } from '../pictures.ts'

type Words = Pick<Integration, 'id' | 'name' | 'title' | 'site' | 'support' | 'logoAt' | 'markAt'>

/** Who made it, and who helps; nothing where nobody says. */
export function IntegrationMaker({ of }: { of: Words }) {
  const { site, support } = of
  const { logo } = pictureUrls(of)
  if (site === undefined && support === undefined && logo === undefined) return null
  return (
    <Card title="Who makes it">
      {logo !== undefined && (
        <p>
          <img src={logo} alt={`The logo of ${titleOf(of)}`} height="48" class="integration-logo" />
        </p>
      )}
      <Facts
        of={[
          ...(site === undefined
            ? []
            : [
                [
                  'Site',
                  <a href={site} rel="nofollow ugc noopener" class="wrap">
                    {new URL(site).host}
                  </a>,
                ] as const,
              ]),
          ...(support === undefined ? [] : [['Help', <a href={`mailto:${support}`}>{support}</a>] as const]),
        ]}
      />
    </Card>
  )
}

/** What its maker wrote of it. Every tag of it is ours: see `markdown.ts`. */
export function IntegrationDocs({ title, docs }: { title: string; docs: string }) {
  if (docs.trim() === '') return null
  return (
    <Card title={`Setting up ${title}`}>
      <article class="doc">{raw(renderPartnerMarkdown(docs))}</article>
    </Card>
  )
}

import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { hasBadge } from '../../../integrations/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { PICTURE_POLICY } from '../../picture.ts'
import { getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { LINK_PICTURES, type LinkPicture, linkPicture, linkSnippet, NO_PICTURE, pictureWords } from '../badge.ts'
import { findLive } from '../queries.ts'

/** `GET /partners/integrations/:slug/badge.svg` and `…/button.svg`: what is not live says nothing. Two queries. */
export async function showLinkPicture(c: Context, { db }: ControlDeps, picture: LinkPicture) {
  const [{ name }, live] = await Promise.all([getProgramme(db), findLive(db, c.req.param('slug') ?? '')])
  const shown = live !== undefined && (picture === 'badge' ? hasBadge(live) : live.measure !== 'closed')
  return c.body(shown ? linkPicture(picture, name) : NO_PICTURE, 200, {
    'Content-Type': 'image/svg+xml',
    // So long a picture that was withdrawn is still seen.
    'Cache-Control': 'public, max-age=300',
    'Content-Security-Policy': PICTURE_POLICY,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
}

/** What an integration can show on its own site. */
export function LinkPictures({
  c,
  name,
  slug,
  startUrl,
}: {
  c: Context
  name: string
  slug: string
  /** Where the partner's own site begins to enable it. */
  startUrl: string | undefined
}) {
  const { origin } = callerOf(c)
  return (
    <Card title="For its own site" lead="Both say nothing as soon as the integration is not live any more.">
      {LINK_PICTURES.map((picture) => (
        <>
          <p>
            <img src={`/partners/integrations/${slug}/${picture}.svg`} alt={pictureWords(picture, name)} height="32" />
          </p>
          <CodeBlock
            label={picture === 'badge' ? 'The badge' : 'The button'}
            language="html"
            code={linkSnippet(picture, { name, origin, slug, startUrl })}
          />
        </>
      ))}
    </Card>
  )
}

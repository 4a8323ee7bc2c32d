import type { Context } from 'hono'
import { Button } from '../../../ui/components/button.tsx'
import { contactUrl } from '../../../ui/layout/brand.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'

/** `GET /partners/co-marketing`. One query. */
export async function showCoMarketing(c: Context, { db }: ControlDeps) {
  const programme = await getProgramme(db)
  const { name, contact, community } = programme
  const children = (
    <>
      <ul class="tiles">
        <li>
          <strong>A page of your own</strong>
          <p>
            Every live integration has one that search engines find, such as that of{' '}
            <a href="/partners/integrations/webhooks">Webhooks</a>: what it is, what it takes, and a button.
          </p>
        </li>
        <li>
          <strong>Where customers look</strong>
          <p>The catalogue is in every customer’s panel, by name and by what you do. Nobody pays for a place in it.</p>
        </li>
        <li>
          <strong>Link to us</strong>
          <p>
            From your site lead customers to <code>/catalogue/your-slug</code>: they land where they connect you. A
            badge and a button stand on your integration’s page, with the lines to copy.
          </p>
        </li>
      </ul>
      <section class="card call-out">
        <h2>Tell us about a customer who does something exciting</h2>
        <p>
          What they do, with your product and {name}, and what came of it. We write about it together, once they agree.
        </p>
        {contact === '' ? (
          <p>Whoever runs this has said no address yet: tell them with your application.</p>
        ) : (
          <div class="actions">
            <Button kind="main" href={contactUrl(contact, 'A customer who does something exciting')}>
              Tell us
            </Button>
          </div>
        )}
        {community !== '' && (
          <p>
            Or in <a href={community}>the community</a>.
          </p>
        )}
      </section>
    </>
  )
  return showPublic(c, {
    title: 'Co-marketing',
    brand: brandOf(programme),
    description: `What partners of ${name} get beside the integration.`,
    lead: 'Customers come when they know what the two of us do together.',
    children,
  })
}

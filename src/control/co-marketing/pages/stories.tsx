import { Empty } from '../../../ui/components/empty.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { listStories } from '../queries.ts'

/** `GET /stories`: what partners tell of customers. One query. */
export async function showStories(c: PanelContext, { db, ctx }: ControlDeps) {
  const stories = await listStories(db)
  const now = ctx.now()
  const children =
    stories.length === 0 ? (
      <Empty icon="check" title="Nobody has told anything yet">
        Partners do so on <a href="/partners/co-marketing">the public page</a>.
      </Empty>
    ) : (
      <ul class="lines">
        {stories.map(({ company, email, customer, words, at }) => (
          <li>
            <div>
              <strong>{customer}</strong>
              <p class="wrap said">{words}</p>
              <p class="soft">
                {company}, <a href={`mailto:${email}`}>{email}</a>, <Ago at={at} now={now} />; the customer has agreed
                to be asked
              </p>
            </div>
          </li>
        ))}
      </ul>
    )
  const lead = 'Customers who do something exciting, as partners tell it. The newest hundred.'
  return showPage(c, { title: 'Stories', current: 'stories', lead, children })
}

import type { Stray } from '../../../inbox/index.ts'
import { Notice } from '../../../ui/components/notice.tsx'
import type { ControlDeps } from '../../request.ts'
import { plural } from '../../../ui/counts.ts'

/** Where requests went astray lately; none when that cannot be told: a page is of use without it. */
export async function straysOf({ sweep, ctx }: Pick<ControlDeps, 'sweep' | 'ctx'>): Promise<Stray[]> {
  try {
    return await sweep().strays()
  } catch (error) {
    ctx.log('warn', 'requests that went astray are not known to a page', { error: String(error) })
    return []
  }
}

/** What an SDK with a wrong host or path sent to where nothing takes it. */
export function StrayNotice({ strays }: { strays: readonly Stray[] }) {
  if (strays.length === 0) return null
  return (
    <Notice tone="warn" title="Requests came to addresses that are not set, and nothing of them was taken">
      <ul class="plain">
        {strays.map(({ path, requests }) => (
          <li>
            {plural(requests, 'request')} came to <code>{path}</code>, which is not set.
          </li>
        ))}
      </ul>
      <p>
        Events go to <code>/v1/batch</code>, <code>/v1/track</code> and the like: look at the host and the path that the
        SDK was given. This is shown for two days.
      </p>
    </Notice>
  )
}

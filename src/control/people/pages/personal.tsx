import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { type PageProps, showPage } from '../../../ui/layout/page.tsx'
import { noticeOf } from '../../../ui/layout/flash.ts'
import { showNarrow } from '../../../ui/form.tsx'

/** A page about oneself, which somebody without a workspace may see too. */
export function showPersonal(c: PanelContext, props: PageProps, status: 200 | 422 = 200) {
  if (c.get('access')) return showPage(c, props, status)
  const said = noticeOf(c)
  const children = (
    <>
      {said && <Notice tone={said.tone} title={said.title} />}
      {props.children}
      <form method="post" action="/sign-out" class="actions">
        <button class="button button-plain" type="submit">
          Sign out
        </button>
      </form>
    </>
  )
  return showNarrow(c, props.title, children, status)
}

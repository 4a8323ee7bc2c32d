import { may } from '../../../accounts/index.ts'
import { SAMPLES } from '../../../deliver/index.ts'
import { testDestination } from '../commands.ts'
import { describeDestination } from '../queries.ts'
import { EVENT_TYPES, isEventType, parseJson } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { FieldError } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { PageDeps } from '../../feature.ts'
import { can, carrierOf } from '../carry.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { destinationHead } from './tabs.tsx'
import { TestResult, type Tried } from './test-result.tsx'

type Described = Awaited<ReturnType<typeof describeDestination>>

interface Shown {
  /** What stands in the box; without it, the sample of the chosen type. */
  text?: string
  form?: Form
  tried?: Tried
}

/** `GET /destinations/:id/test?type=` */
export async function showTestDestination(c: PanelContext, deps: PageDeps) {
  return render(c, deps, await describeDestination(deps.db, c.var.access.workspaceId, c.req.param('id') ?? ''), {})
}

/** `POST /destinations/:id/test` with the event as JSON. The answer is the page with what came of it. */
export async function postTestDestination(c: PanelContext, deps: PageDeps) {
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const form = await Form.read(c)
  const text = form.get('event')
  const event = parse(text)
  if (event === undefined) {
    const message = 'This is not JSON: look for a comma or a quotation mark too many or too few.'
    return render(c, deps, destination, { text, form: form.refused({ field: 'event', message }) })
  }
  const sent = await attempt(() => testDestination(deps, destination.workspaceId, destination.id, { event }))
  return render(
    c,
    deps,
    destination,
    sent.ok ? { text, tried: sent.value.tried } : { text, form: form.refused(...sent.problems) },
  )
}

/** `undefined`: it is no JSON. */
function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function render(c: PanelContext, deps: PageDeps, destination: Described, { text, form = Form.blank, tried }: Shown) {
  const { id, integration, sourceId, enabled } = destination
  if (!can(destination, 'test', deps)) {
    const children = deps.carrierPages[carrierOf(destination)].noTest(destination)
    return showPage(c, { ...destinationHead(destination, 'test', deps.ctx.now()), children })
  }
  const asked = c.req.query('type')
  const type = isEventType(asked)
    ? asked
    : (integration.supports.find((one) => one === 'track') ?? integration.supports[0] ?? 'track')
  const error = form.problem('event') ?? form.problem()
  return showPage(
    c,
    {
      ...destinationHead(destination, 'test', deps.ctx.now()),
      children: (
        <>
          <Card
            title="Send a sample event"
            lead="It is sent now, by the way that real events take, and marked as a test: its messageId begins with test-, and context.sluice.test is true. It is not archived and not in the ledger."
          >
            <p class="tags samples">
              {EVENT_TYPES.map((one) => (
                <a
                  class="tag tag-link"
                  href={`/destinations/${id}/test?type=${one}`}
                  aria-current={text === undefined && one === type ? 'true' : undefined}
                >
                  {one}
                </a>
              ))}
            </p>
            <form
              method="post"
              action={`/destinations/${id}/test`}
              class="stack"
              hx-post={`/destinations/${id}/test`}
              hx-target="#result"
              hx-select="#result"
              hx-swap="outerHTML show:top"
              hx-disabled-elt="find button"
            >
              <div class={error === undefined ? 'field' : 'field field-wrong'}>
                <label for="event">The event</label>
                <textarea
                  id="event"
                  name="event"
                  rows={12}
                  class="mono"
                  spellcheck={false}
                  aria-invalid={error === undefined ? undefined : 'true'}
                  aria-describedby={error === undefined ? undefined : 'event-error'}
                >
                  {text ?? JSON.stringify(SAMPLES[type], null, 2)}
                </textarea>
              </div>
              {may(c.var.access, 'destinations:write', sourceId) ? (
                <div class="actions">
                  <Button kind="main" icon="send">
                    Send it
                  </Button>
                  {!enabled && <p class="help">The destination is disabled; a test is sent all the same.</p>}
                </div>
              ) : (
                <Notice title="You may look at this destination and not send anything to it." />
              )}
            </form>
          </Card>
          <div id="result" aria-live="polite">
            {error !== undefined && (
              <Notice tone="bad" title="Nothing was sent.">
                <FieldError id="event" error={error} />
              </Notice>
            )}
            {tried && <TestResult tried={tried} />}
          </div>
        </>
      ),
    },
    error === undefined ? 200 : 422,
  )
}

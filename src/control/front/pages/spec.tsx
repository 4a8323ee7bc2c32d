import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { SAMPLES } from '../../../deliver/index.ts'
import type { EventType } from '../../../event/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { formStatus } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { CALL_WORDS, callOf, CALLS } from '../calls.ts'
import { type ExampleSent, sendExample } from '../commands.ts'

interface Tried {
  type: EventType | undefined
  form: Form
  sent?: ExampleSent
}

/** `GET /partners/spec`: each call as an endpoint gets it, to be sent to one's own. One query. */
export async function showSpec(c: Context, { db }: ControlDeps, tried?: Tried) {
  const programme = await getProgramme(db)
  const children = (
    <>
      <nav aria-label="Calls">
        <ul class="company">
          {CALLS.map((call) => (
            <li>
              <a href={`#${call}`} class="mono">
                {call}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {CALLS.map((call) => (
        <Call call={call} tried={tried?.type === call ? tried : undefined} />
      ))}
      <p>
        More of the request, its headers and what replies mean: <a href="/docs/direct">Direct</a>. A hundred odd cases
        more: <a href="/docs/certification">Certification</a>.
      </p>
    </>
  )
  return showPublic(
    c,
    {
      title: 'The spec, call by call',
      brand: brandOf(programme),
      description:
        'Identify, track, page, screen, group and alias: what each says, with an example that is sent to you.',
      current: '/partners/spec',
      lead: 'Every event of every customer is one of these. Have any of them sent to an endpoint of yours, and see what you answered.',
      children,
    },
    tried?.form.wrong ? formStatus(c) : 200,
  )
}

function Call({ call, tried }: { call: EventType; tried: Tried | undefined }) {
  const id = `endpoint-${call}`
  const error = tried?.form.problem('endpoint') ?? tried?.form.problem('type') ?? tried?.form.problem()
  const help = 'An https address of yours. Ten examples in a quarter of an hour.'
  return (
    <section class="card" id={call}>
      <h2 class="mono">{call}</h2>
      <p>{CALL_WORDS[call]}</p>
      <CodeBlock label={`Example of ${call}`} language="JSON" code={JSON.stringify(SAMPLES[call], null, 2)} />
      <form method="post" action={`/partners/spec#${call}`}>
        <input type="hidden" name="type" value={call} />
        <Field id={id} label="Your endpoint" help={help} error={error}>
          <Input
            id={id}
            name="endpoint"
            type="url"
            mono
            placeholder="https://api.example.com/events"
            value={tried?.form.get('endpoint')}
            help={help}
            error={error}
            required
          />
        </Field>
        <Button>Send {call}</Button>
      </form>
      {tried?.sent && <Answer of={tried.sent} />}
    </section>
  )
}

function Answer({ of: { status, words, tookMs, request } }: { of: ExampleSent }) {
  return (
    <div class="stack" role="status">
      <p>
        <Badge tone={status !== undefined && status < 300 ? 'good' : 'bad'}>{status ?? 'No answer'}</Badge> {words}{' '}
        <span class="soft">after {tookMs} ms</span>
      </p>
      <CodeBlock
        label="What was sent"
        code={[
          `POST ${request.url}`,
          ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
          '',
          request.body,
        ].join('\n')}
      />
    </div>
  )
}

export async function postExample(c: Context, deps: ControlDeps) {
  const form = await Form.read(c)
  const type = callOf(form.get('type'))
  const sent = await attempt(() =>
    sendExample(deps, callerOf(c), { type: form.get('type'), endpoint: form.get('endpoint') }),
  )
  if (!sent.ok) return showSpec(c, deps, { type: type ?? 'identify', form: form.refused(...sent.problems) })
  return showSpec(c, deps, { type, form, sent: sent.value })
}

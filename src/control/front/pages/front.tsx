import type { Context } from 'hono'
import { Button } from '../../../ui/components/button.tsx'
import { Mark } from '../../../ui/components/mark.tsx'
import { plural } from '../../../ui/counts.ts'
import { duration } from '../../../ui/duration.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { titleOf } from '../../../integrations/index.ts'
import { pictureUrls } from '../../catalogue/index.ts'
import { KIND_NAMES, KIND_WORDS, medianAnswer, PARTNER_KINDS } from '../../partners/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { CALL_WORDS, CALLS } from '../calls.ts'
import { listLive } from '../queries.ts'

/** Integrations that are shown by name. */
const SHOWN = 12

/** `GET /partners`: the front door. Three queries. */
export async function showFront(c: Context, { db }: ControlDeps) {
  const [programme, live, median] = await Promise.all([getProgramme(db), listLive(db), medianAnswer(db)])
  const { name, promisedDays } = programme
  const children = (
    <>
      <p class="actions">
        <Button kind="main" href="/partners/apply">
          Apply to join
        </Button>
        <Button href="/partners/kinds">Which kind is ours?</Button>
      </p>
      <dl class="facts-row">
        <div>
          <dt>Promised answer</dt>
          <dd>{promisedDays === 1 ? 'one business day' : `${promisedDays} business days`}</dd>
        </div>
        <div>
          <dt>Median of the last twenty</dt>
          <dd>{median === null ? 'be the first' : duration(median)}</dd>
        </div>
        <div>
          <dt>Sandbox</dt>
          <dd>at once</dd>
        </div>
        <div>
          <dt>Live</dt>
          <dd>{plural(live.length, 'integration')}</dd>
        </div>
      </dl>
      <section class="stack">
        <h2>From a click to your product</h2>
        <p class="prose">
          A company that uses {name} puts in one SDK. Whatever happens in its sites, apps and servers becomes an event
          in one spec, and every integration that the company has switched on gets it, within seconds, retried until it
          is taken.
        </p>
        <FlowPicture name={name} />
      </section>
      <section class="stack">
        <h2>Six calls, and you know them all</h2>
        <ul class="tiles">
          {CALLS.map((call) => (
            <li>
              <a href={`/partners/spec#${call}`} class="mono">
                {call}
              </a>
              <p>{CALL_WORDS[call]}</p>
            </li>
          ))}
        </ul>
        <p>
          <a href="/partners/spec">See each as it arrives, and have it sent to an endpoint of yours</a>
        </p>
      </section>
      <section class="stack">
        <h2>How a customer switches you on</h2>
        <div class="beside">
          <ol class="stages">
            <li>
              <strong>They find you in the catalogue,</strong> by name or by what you do.
            </li>
            <li>
              <strong>They fill in the settings that you ask for,</strong> such as an API key of yours, and try it out
              with one event: they see request and reply.
            </li>
            <li>
              <strong>They enable it.</strong> Events flow at once, and both of you can see that they arrive.
            </li>
          </ol>
          <img
            class="shot"
            src="/pictures/destination.png"
            alt="The panel’s page of a destination: it delivers, with its success, delays and waiting events."
            width="1320"
            height="1090"
            loading="lazy"
          />
        </div>
      </section>
      <section class="stack">
        <h2>Three kinds of integration</h2>
        <ul class="tiles">
          {PARTNER_KINDS.map((kind) => (
            <li>
              <strong>{KIND_NAMES[kind]}</strong>
              <p>{KIND_WORDS[kind]}</p>
            </li>
          ))}
        </ul>
        <p>
          <a href="/partners/kinds">Two questions say which is yours</a>
        </p>
      </section>
      <section class="card call-out">
        <h2>I need immediate access to a customer’s data stream</h2>
        <p>You need no application for that: your customer can send you a copy of their events today.</p>
        <p>
          <a href="/partners/immediate-access">How that works</a>
        </p>
      </section>
      <section class="stack">
        <h2>You would be in company</h2>
        <ul class="company">
          {live.slice(0, SHOWN).map((one) => (
            <li>
              <a href={`/partners/integrations/${one.slug}`}>
                <Mark name={titleOf(one)} picture={pictureUrls(one).mark} />
                {titleOf(one)}
              </a>
            </li>
          ))}
        </ul>
        <p>
          <a href="/partners/integrations">All {plural(live.length, 'integration')}</a> ·{' '}
          <a href="/partners/co-marketing">Co-marketing</a> · <a href="/docs/partners">How the programme works</a>
        </p>
      </section>
      <section class="card call-out">
        <h2>Ready?</h2>
        <p>Five minutes to apply. The sandbox is yours as soon as you have confirmed your address.</p>
        <div class="actions">
          <Button kind="main" href="/partners/apply">
            Apply to join the Platform
          </Button>
        </div>
      </section>
    </>
  )
  return showPublic(c, {
    title: 'Build it once. Every customer can switch it on.',
    brand: brandOf(programme),
    description: `Join ${name}: what the platform is, how an integration works, and how to apply.`,
    current: '/partners',
    above: <p class="eyebrow">The {name} partner programme</p>,
    lead: `${name} is an open customer-data platform: it brings the events of its customers’ sites, apps and servers to the tools that they use. Become one of them.`,
    children,
  })
}

function FlowPicture({ name }: { name: string }) {
  const columns = [
    ['Sources', ['Web sites', 'Apps', 'Servers']],
    [name, ['One spec', 'Checked', 'Kept and replayed']],
    ['Integrations', ['Direct', 'Packaged', 'Warehouse']],
  ] as const
  return (
    <div class="flow-picture">
      {columns.map(([title, lines]) => (
        <div>
          <strong>{title}</strong>
          <ul>
            {lines.map((line) => (
              <li>{line}</li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

import { type Access, may } from '../../../accounts/index.ts'
import { Icon } from '../../../ui/components/icon.tsx'

/** What a source's page knows of how far its workspace has come. */
export interface FirstStepsProps {
  sourceId: string
  destinations: number
  /** Members of the workspace, and those who were asked to come. */
  people: number
  /** Of this deployment, as the browser reaches it. */
  hostname: string
  /** Of whoever looks. */
  access: Access
}

interface Step {
  done: boolean
  what: string
  /** What it is good for, or what has been reached. */
  why: string
  href?: string
}

/** After the first event: what makes of a trial something that a team relies on. */
export function FirstSteps(props: FirstStepsProps) {
  const steps = stepsOf(props)
  if (steps.every(({ done }) => done)) return null
  return (
    <section class="first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">Next steps</h2>
      <ol class="plain">
        {steps.map(({ done, what, why, href }) => (
          <li class={done ? 'done' : ''}>
            {done ? <Icon name="check" /> : <span class="step-open" aria-hidden="true" />}
            <div>
              <p class="step-what">
                {href === undefined || done ? what : <a href={href}>{what}</a>}
                <span class="unseen">{done ? ': done' : ': to do'}</span>
              </p>
              <p class="help">{why}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function stepsOf({ sourceId, destinations, people, hostname, access }: FirstStepsProps): Step[] {
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname) || hostname.endsWith('.localhost')
  const isOwn = !isLocal && !hostname.endsWith('.workers.dev')
  return [
    { done: true, what: 'Send the first event', why: 'It is in the archive, and can be sent to whatever you connect.' },
    {
      done: destinations > 0,
      what: 'Connect a destination',
      why: 'A webhook, a tool on your pages, a partner: the next event goes there, and a replay brings it the earlier ones.',
      href: `/catalogue?source=${sourceId}`,
    },
    {
      done: people > 1,
      what: 'Ask a teammate to join',
      why: 'With a role that lets them do their part and nothing else.',
      ...(may(access, 'members:write') && { href: '/people' }),
    },
    {
      done: !isLocal,
      what: 'Deploy it',
      why: isLocal
        ? 'This one runs on your machine: `npm run deploy` brings it to Cloudflare’s edge, as the README says.'
        : 'It runs at the edge.',
    },
    {
      done: isOwn,
      what: 'Give it a domain of your own',
      why: 'What comes from your own domain is first-party for browsers: SDKs are blocked less, cookies last longer.',
    },
  ]
}

import type { Destination, Schedule } from '../../../settings/index.ts'
import { Field, FieldError, Input, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'

type Pace = Pick<Destination, 'rate' | 'maxInFlight'> & { lane: Pick<Destination['lane'], 'concurrency' | 'schedule'> }

const SCHEDULES = [
  ['segment-4h', 'For 4 hours, as Segment does'],
  ['standard-webhooks-3d', 'For 3 days, as Standard Webhooks recommends'],
  ['custom', 'My own delays'],
] as const

const NAMES = ['rate', 'maxInFlight', 'concurrency', 'schedule', 'delays', 'age'] as const

/** Pace and patience of a destination: right for nearly everybody as they are. */
export function Advanced({ of, form }: { of: Pace | null; form: Form }) {
  const saved = of
    ? pacing(of)
    : { rate: '', maxInFlight: '', concurrency: '', schedule: 'segment-4h', delays: '', age: '' }
  const value = (name: (typeof NAMES)[number]) => form.value(name, saved[name])
  const rate = form.problem('rate')
  const maxInFlight = form.problem('maxInFlight')
  const concurrency = form.problem('concurrency')
  const schedule = form.problems
    .filter(({ field }) => field?.startsWith('schedule'))
    .map(({ message }) => message)
    .join(' ')
  const wrong = rate ?? maxInFlight ?? concurrency ?? (schedule === '' ? undefined : schedule)
  // What somebody has typed stays in view.
  const touched = NAMES.some((name) => form.has(name) && form.get(name) !== saved[name])
  return (
    <details class="advanced" open={wrong !== undefined || touched}>
      <summary>Advanced: pace and retries</summary>
      <div class="pair">
        <Field
          id="rate"
          label="Requests a second, at most"
          optional
          help="Empty: as many as the integration allows."
          error={rate}
        >
          <Input id="rate" name="rate" type="number" step="any" min="0.001" value={value('rate')} help error={rate} />
        </Field>
        <Field
          id="maxInFlight"
          label="Requests in flight, at most"
          optional
          help="It finds its own pace by how fast the endpoint answers. Empty: at most what the integration allows, or 300."
          error={maxInFlight}
        >
          <Input
            id="maxInFlight"
            name="maxInFlight"
            type="number"
            step="1"
            min="1"
            max="600"
            value={value('maxInFlight')}
            help
            error={maxInFlight}
          />
        </Field>
      </div>
      <div class="pair">
        <Field
          id="concurrency"
          label="Workers, fixed"
          optional
          help="1 to 50, of up to six requests each. Empty: it finds its own pace."
          error={concurrency}
        >
          <Input
            id="concurrency"
            name="concurrency"
            type="number"
            step="1"
            min="1"
            max="50"
            value={value('concurrency')}
            help
            error={concurrency}
          />
        </Field>
        <Field id="schedule" label="A failed event is tried again" error={undefined}>
          <Select id="schedule" name="schedule" value={value('schedule')} options={SCHEDULES} />
        </Field>
      </div>
      <div class="pair">
        <Field
          id="delays"
          label="My own delays, in seconds"
          optional
          help="Before each attempt, the first included: 0, 5, 60, 600"
        >
          <Input id="delays" name="delays" value={value('delays')} help mono />
        </Field>
        <Field
          id="age"
          label="Given up after, in seconds"
          optional
          help="At least the sum of the delays, at most 30 days."
        >
          <Input id="age" name="age" type="number" step="1" min="1" value={value('age')} help />
        </Field>
      </div>
      <FieldError id="schedule" error={schedule === '' ? undefined : schedule} />
    </details>
  )
}

/** What was typed, as the API takes it. Nonsense is passed on: the API has the words for it. */
export function readAdvanced(form: Form): Record<string, unknown> {
  if (!form.has('schedule')) return {}
  const [rate, maxInFlight, concurrency] = [form.get('rate'), form.get('maxInFlight'), form.get('concurrency')]
  const schedule = form.get('schedule')
  const delays = form
    .get('delays')
    .split(/[\s,;]+/)
    .filter(Boolean)
  const custom = { delaysSeconds: delays.map(Number), ageSeconds: Number(form.get('age')) }
  return {
    rate: rate === '' ? null : Number(rate),
    maxInFlight: maxInFlight === '' ? null : Number(maxInFlight),
    concurrency: concurrency === '' ? null : Number(concurrency),
    ...(schedule !== '' && { schedule: schedule === 'custom' ? custom : schedule }),
  }
}

function pacing({ rate, maxInFlight, lane }: Pace): Record<(typeof NAMES)[number], string> {
  const own = typeof lane.schedule === 'string' ? null : lane.schedule
  return {
    rate: rate === null ? '' : String(rate),
    maxInFlight: maxInFlight === null ? '' : String(maxInFlight),
    concurrency: lane.concurrency === null ? '' : String(lane.concurrency),
    schedule: own ? 'custom' : (lane.schedule as Extract<Schedule, string>),
    delays: own ? own.delaysSeconds.join(', ') : '',
    age: own ? String(own.ageSeconds) : '',
  }
}

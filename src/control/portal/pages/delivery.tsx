import { EVENT_TYPES } from '../../../event/index.ts'
import { BATCH_LIMITS, KINDS } from '../../../integrations/index.ts'
import { classify } from '../../../deliver/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, FieldError, FieldGroup, Input } from '../../../ui/components/field.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { TextField } from '../../../ui/form.tsx'
import type { PartProps } from './integration-form.tsx'

const TYPE_WORDS: Record<(typeof EVENT_TYPES)[number], string> = {
  identify: 'Who somebody is.',
  track: 'What somebody did.',
  page: 'A page that was looked at.',
  screen: 'The same in an app.',
  group: 'The company that somebody belongs to.',
  alias: 'Two ids that are one person.',
}

/** Where events are sent, which, and how fast. */
export function SendingCard({ kind, saved, form }: PartProps) {
  const isOptional = KINDS[kind].endpoint === 'optional'
  const chosen: readonly string[] = form.sent ? form.all('supportedMethods') : saved.supports
  const number = (value: number | null) => (value === null ? '' : String(value))
  return (
    <Card
      title="Delivery"
      lead={
        isOptional
          ? 'With an endpoint, events can also be sent to it from the cloud.'
          : 'One POST an event, as it happens.'
      }
    >
      <TextField
        name="endpoint"
        label="Endpoint"
        help="Begins with https:// and is a public host."
        autocomplete="off"
        value={saved.endpoint}
        form={form}
        optional={isOptional}
        mono
      />
      <FieldGroup
        id="supportedMethods"
        label="Calls that it takes"
        help="Others are not sent."
        error={form.problem('supportedMethods')}
      >
        <div class="choices">
          {EVENT_TYPES.map((type) => (
            <Checkbox
              id={`call-${type}`}
              name="supportedMethods"
              value={type}
              label={type}
              help={TYPE_WORDS[type]}
              checked={chosen.includes(type)}
            />
          ))}
        </div>
      </FieldGroup>
      <TextField
        name="rate"
        label="Requests a second"
        help="That you can take from one customer’s destination. Empty: as fast as you answer."
        autocomplete="off"
        optional
        value={number(saved.rate)}
        form={form}
      />
      <TextField
        name="maxInFlight"
        label="Requests in flight"
        help="At a time at most, likewise. Empty: 300, or fewer by how you answer."
        autocomplete="off"
        optional
        value={number(saved.maxInFlight)}
        form={form}
      />
      <TextField
        name="batch.maxEvents"
        label="Events in a request"
        help={`As a JSON array, ${BATCH_LIMITS.events.max} at most. Empty: each event has a request of its own.`}
        autocomplete="off"
        optional
        value={number(saved.batch?.maxEvents ?? null)}
        form={form}
      />
      <TextField
        name="batch.maxBytes"
        label="Bytes in a request"
        help="With several events in a request: its body’s length at most. Empty: 500000."
        autocomplete="off"
        optional
        value={number(saved.batch?.maxBytes ?? null)}
        form={form}
      />
      <TextField
        name="batch.maxSeconds"
        label="Seconds to wait for more"
        help="With several events in a request: so long an event waits at most for others. Empty: 1."
        autocomplete="off"
        optional
        value={number(saved.batch?.maxSeconds ?? null)}
        form={form}
      />
    </Card>
  )
}

/** Where else it listens. */
export function RegionsCard({ form, rows: { regions } }: PartProps) {
  return (
    <Card
      title="Regions"
      lead="Where else you listen. A customer chooses one for each destination; those who choose none are sent to the endpoint."
    >
      <FieldError id="regions" error={form.problem('regions')} />
      {regions.map((row, at) => (
        <fieldset class="editor-row">
          <legend>{row.name || `Region ${at + 1}`}</legend>
          <div class="line-three">
            {REGION_INPUTS.map(([key, label, placeholder]) => {
              const id = `regions.${at}.${key}`
              return (
                <div class="field">
                  <label for={id}>{label}</label>
                  <Input
                    id={id}
                    name={id}
                    value={row[key]}
                    placeholder={placeholder}
                    error={form.problem(id)}
                    mono={key !== 'name'}
                  />
                  <FieldError id={id} error={form.problem(id)} />
                </div>
              )
            })}
          </div>
          <FieldError id={`regions.${at}`} error={form.problem(`regions.${at}`)} />
          <div class="actions">
            <Button small kind="quiet" name="act" value={`region:remove.${at}`} label={`Remove region ${at + 1}`}>
              Remove
            </Button>
          </div>
        </fieldset>
      ))}
      <div class="actions">
        <Button small name="act" value="region:add" icon="plus">
          Add a region
        </Button>
      </div>
    </Card>
  )
}

const REGION_INPUTS = [
  ['id', 'Id', 'eu'],
  ['name', 'Name', 'Europe'],
  ['endpoint', 'Endpoint', 'https://eu.example.com/in'],
] as const

/** Answers that say something of their own. */
const STATUSES = [200, 501, 429, 503, 500, 302, 410, 401, 400] as const

const OUTCOME_WORDS = {
  delivered: 'Delivered.',
  filtered: 'Filtered: it is no error.',
  retry: 'Tried again, by the customer’s schedule; Retry-After is honoured.',
  dead: 'Given up at once, and kept as a dead letter.',
  unsent: 'Not sent.',
} as const

/** What an answer means to us, as deliver decides it. */
export function RepliesCard() {
  return (
    <Card title="What your answers mean" lead="Answer within 10 seconds. No answer in time is like 500.">
      <Table
        caption="What becomes of an event by how it is answered"
        columns={[{ title: 'Answer' }, { title: 'Say it when', wide: true }, { title: 'The event is' }]}
        rows={STATUSES.map((status) => [
          <code>{status}</code>,
          SAY_WHEN[status],
          status === 410
            ? `${OUTCOME_WORDS.dead} The customer’s destination is disabled.`
            : OUTCOME_WORDS[classify(status, new Headers(), 0).kind],
        ])}
      />
      <p>
        <a href="/docs/direct">All of it</a>
      </p>
    </Card>
  )
}

const SAY_WHEN: Record<(typeof STATUSES)[number], string> = {
  200: 'It is processed, or taken to be processed later.',
  501: 'You do not take calls of this type.',
  429: 'Too much at once.',
  503: 'Under maintenance.',
  500: 'Something broke.',
  302: 'Never: redirects are refused.',
  410: 'You want nothing from this customer any more.',
  401: 'The customer’s key is not valid.',
  400: 'The event cannot be used.',
}

import type { Child } from 'hono/jsx'
import { Button } from './button.tsx'
import { Field, Input } from './field.tsx'

interface ConfirmProps {
  action: string
  /** What has to be typed: the name of what will be gone. */
  name: string
  /** What it costs, line by line. */
  costs: readonly Child[]
  /** The deed in words, for the button: "Delete this source". */
  deed: string
  /** Where somebody goes who has thought better of it. */
  back: string
  /** What they do instead: "Keep it". */
  keep?: string
  error?: string | undefined
  children?: Child
  /** Another deed that the same name confirms: a button. */
  more?: Child
}

/** What cannot be undone is spelled out, and done only by those who type the name of what it happens to. */
export function ConfirmByName({
  action,
  name,
  costs,
  deed,
  back,
  keep = 'Keep it',
  error,
  children,
  more,
}: ConfirmProps) {
  const help = (
    <>
      Type <strong class="mono">{name}</strong> to confirm.
    </>
  )
  return (
    <form method="post" action={action} class="card confirm">
      <h2>What happens</h2>
      <ul class="costs">
        {costs.map((cost) => (
          <li>{cost}</li>
        ))}
      </ul>
      {children}
      <Field id="confirm" label="Are you sure?" help={help} error={error}>
        <Input id="confirm" name="confirm" required help={help} error={error} />
      </Field>
      <div class="actions">
        <Button kind="danger">{deed}</Button>
        {more}
        <Button kind="quiet" href={back}>
          {keep}
        </Button>
      </div>
    </form>
  )
}

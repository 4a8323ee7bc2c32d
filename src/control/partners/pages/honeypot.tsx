import type { Form } from '../../../ui/forms.ts'

/** A field that people do not see, by a name that programs like to fill in. */
const HONEYPOT = 'fax'

export function HoneyPot() {
  return (
    <div class="not-for-people" aria-hidden="true">
      <label for={HONEYPOT}>Leave this empty</label>
      <input id={HONEYPOT} name={HONEYPOT} type="text" tabindex={-1} autocomplete="off" />
    </div>
  )
}

/** Whether a program has filled in the form. */
export function isByProgram(form: Form): boolean {
  return form.get(HONEYPOT) !== ''
}

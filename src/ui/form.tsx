import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { Field, Input } from './components/field.tsx'
import { Notice } from './components/notice.tsx'
import type { Form } from './forms.ts'
import { sendPage } from './layout/send.ts'
import { Narrow } from './layout/shell.tsx'
import { themeOf } from './layout/theme.ts'

/** A page in the middle of the screen, for those who are not signed in. */
export function showNarrow(
  c: Context,
  title: string,
  children: Child,
  status: 200 | 400 | 404 | 410 | 422 | 429 = 200,
) {
  return sendPage(
    c,
    <Narrow title={title} theme={themeOf(c)}>
      {children}
    </Narrow>,
    status,
  )
}

/**
 * A page whose address is the secret of a link: it is told to nobody, our own pages neither. Not `no-referrer`: with that
 * a browser sends the page's own form with `Origin: null`.
 */
export function showLink(...[c, title, children, status]: Parameters<typeof showNarrow>) {
  c.header('Referrer-Policy', 'strict-origin')
  return showNarrow(c, title, children, status)
}

/** What is wrong with the form as a whole. */
export function FormProblem({ form }: { form: Form }) {
  const problem = form.problem()
  return problem === undefined ? null : <Notice tone="bad" title={problem} />
}

interface TextProps {
  name: string
  label: string
  form: Form
  type?: 'text' | 'password' | 'email'
  autocomplete: string
  help?: string
  value?: string
  optional?: boolean
  mono?: boolean
  autofocus?: boolean
}

/** A line to fill in. What was typed stays, but for passwords and codes; what is wrong with it stands beside it. */
export function TextField({ name, label, form, type = 'text', help, value = '', optional, ...rest }: TextProps) {
  const error = form.problem(name)
  const keep = type !== 'password' && name !== 'code'
  return (
    <Field id={name} label={label} help={help} error={error} {...(optional && { optional })}>
      <Input
        id={name}
        name={name}
        type={type}
        value={keep ? form.value(name, value) : undefined}
        help={help}
        error={error}
        {...(!optional && { required: true })}
        {...rest}
      />
    </Field>
  )
}

export const PASSWORD_HELP = 'At least 10 characters. A few words in a row are easy to remember.'

/** The status of a form that was refused: with patience, 429. */
export function formStatus(c: Context): 422 | 429 {
  return c.res.headers.has('Retry-After') ? 429 : 422
}

/** A path of ours to go on to, or the overview. */
export function nextOf(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,4000}$/.test(next) ? next : '/'
}
